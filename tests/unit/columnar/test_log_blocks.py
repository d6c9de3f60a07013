"""Objects of console lines: whatever pieces they are written in, every line comes back from its block."""

import random

import numpy as np
import pytest

from steelyard.columnar.log_directory import MAGIC, LogDirectory
from steelyard.columnar.log_lines import NO_TIME, LogLines, blank_lines, join_lines, make_lines, unpack_lines
from steelyard.columnar.log_writer import BLOCK_BYTES, BLOCK_LINES, KINDS_MAX, LogWriter


def lines_of(first: int, count: int, width: int = 20) -> LogLines:
    texts = [f"{number} ü {'x' * (number % width)}".encode() for number in range(first, first + count)]
    times = [NO_TIME if number % 7 == 3 else number * 1_000 for number in range(first, first + count)]
    names = [(None, None), ("error", None), (None, "gpu")]
    return make_lines(texts, times, [number % 3 for number in range(first, first + count)], names)


def told(lines: LogLines) -> list[object]:
    return list(lines.each())


def read_back(body: bytes, directory: LogDirectory) -> dict[str, dict[int, object]]:
    found: dict[str, dict[int, object]] = {}
    for block in range(len(directory.firsts)):
        start, end = directory.range_of(block)
        lines = unpack_lines(body[start:end], directory.kinds)
        assert len(lines) == directory.counts[block] <= BLOCK_LINES
        first = int(directory.firsts[block])
        writer = directory.writers[directory.of_writer[block]]
        found.setdefault(writer, {}).update(enumerate(lines.each(), first))
        known = [int(time) for time in lines.times if time != NO_TIME]
        assert (directory.lows[block], directory.highs[block]) == (min(known), max(known))
    return found


@pytest.mark.parametrize("width", [20, 3_000])
def test_lines_come_back_from_blocks_of_bounded_size(width: int) -> None:
    dice = random.Random(width)
    writer, expected = LogWriter(), {}
    for name in ("", "two"):
        at, expected[name] = 0, {}
        for _ in range(12):
            count = dice.choice([1, 5, 500, 3_000])
            lines = lines_of(at, count, width)
            writer.add(name, at, lines)
            expected[name] |= dict(enumerate(lines.each(), at))
            at += count + dice.choice([0, 0, 10])
    body, directory = writer.finish()
    directory = LogDirectory.from_bytes(directory.to_bytes())
    assert body.startswith(MAGIC)
    assert read_back(body, directory) == expected
    assert directory.row_count == sum(map(len, expected.values()))
    assert (directory.step_min, directory.step_max) == (0, max(max(lines) for lines in expected.values()))
    for name, ranges in directory.coverage().lines.items():
        assert [line for low, high in ranges for line in range(low, high)] == list(expected[name])


def test_a_line_larger_than_a_block_is_a_block() -> None:
    writer = LogWriter()
    writer.add("", 0, make_lines([b"a", b"y" * (3 * BLOCK_BYTES), b"b"], [1, 2, 3], [0, 0, 0], [(None, None)]))
    body, directory = writer.finish()
    assert len(read_back(body, directory)[""]) == 3


def test_labels_without_end_are_left_out() -> None:
    count = KINDS_MAX + 50
    names = [(None, f"l{number}") for number in range(count)]
    writer = LogWriter()
    writer.add("", 0, make_lines([b"x"] * count, [0] * count, list(range(count)), names))
    body, directory = writer.finish()
    assert len(directory.kinds) <= KINDS_MAX + 1
    assert [kind for _, _, kind in read_back(body, directory)[""].values()][-1] == (None, None)


def test_slices_and_choices_are_those_of_lists() -> None:
    lines, every = lines_of(0, 50), told(lines_of(0, 50))
    for start, end in ((0, 50), (0, 0), (3, 17), (49, 50), (50, 50)):
        assert told(lines.slice(start, end)) == every[start:end]
    joined = join_lines([lines.slice(10, 20), blank_lines(2), lines.slice(0, 3)])
    assert told(joined) == [*every[10:20], ("", None, (None, None)), ("", None, (None, None)), *every[:3]]
    order = [7, 3, 3, 49]
    assert told(lines.take(np.array(order))) == [every[at] for at in order]
