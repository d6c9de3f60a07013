"""Which segments become one: each value is rewritten a few times only, and no segment grows without bound."""

from steelyard.context import HistoryPolicy
from steelyard.domains.history.model import Sized
from steelyard.domains.history.rules import choose_merge

POLICY = HistoryPolicy(seal_values=1000, merge_fan_in=4)


def segments(*sizes: int, sealed: tuple[int, ...] = ()) -> list[Sized]:
    return [Sized(i, i in sealed, size, i * 10, i * 10 + 9, i) for i, size in enumerate(sizes)]


def chosen(found: list[Sized], *, ended: bool = False) -> list[int]:
    return [item.id for item in choose_merge(found, POLICY, ended=ended)]


def test_few_or_dissimilar_segments_wait() -> None:
    assert chosen([]) == []
    assert chosen(segments(10, 10, 10)) == []
    assert chosen(segments(500, 100, 20, 5)) == []


def test_similar_neighbours_are_merged_the_small_ones_first() -> None:
    assert chosen(segments(10, 10, 10, 10)) == [0, 1, 2, 3]
    assert chosen(segments(500, 10, 12, 9, 11, 10)) == [1, 2, 3, 4, 5]
    assert chosen(segments(10, 10, 500, 10, 10)) == []


def test_a_sealed_one_between_keeps_neighbours_apart() -> None:
    assert chosen(segments(10, 10, 2000, 10, 10, sealed=(2,))) == []


def test_all_are_merged_once_the_run_has_ended_but_not_beyond_the_size_of_a_sealed_one() -> None:
    assert chosen(segments(500, 100, 20, 5), ended=True) == [0, 1, 2, 3]
    assert chosen(segments(700, 700, 20, 5), ended=True) == [0, 1]
    assert chosen(segments(2000, 20, sealed=(0,)), ended=True) == [1], "a single one is sealed as it is"
    assert chosen(segments(2000, 20, sealed=(0, 1)), ended=True) == []


def test_a_run_that_ended_many_times_is_not_left_in_crumbs() -> None:
    assert chosen(segments(5, 5, 5, sealed=(0, 1)), ended=True) == [2]
    assert chosen(segments(5, 5, 5, 5, sealed=(0, 1, 2)), ended=True) == [0, 1, 2, 3]
    assert chosen(segments(300, 5, 5, 5, 5, sealed=(0, 1, 2, 3)), ended=True) == [1, 2, 3, 4]
    assert chosen(segments(5, 5, 5, 5, sealed=(0, 1, 2, 3)), ended=True) == []


def test_a_long_run_writes_each_value_a_few_times() -> None:
    live: list[Sized] = []
    written = 0
    for number in range(2000):
        live.append(Sized(number, sealed=False, value_count=1, step_min=number, step_max=number, journal_id=number))
        while found := choose_merge(live, POLICY, ended=False):
            size = sum(item.value_count for item in found)
            assert len(found) >= 2
            assert size < 2 * POLICY.seal_values
            written += size
            merged = Sized(number, size >= POLICY.seal_values, size, found[0].step_min, found[-1].step_max, number)
            live = sorted([*(item for item in live if item not in found), merged], key=lambda item: item.step_min)
    assert written < 6 * 2000
    assert len(live) < 30
