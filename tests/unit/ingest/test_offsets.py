"""Resends, overlaps, gaps and several writers give the rows that a simple list by index would give."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.columnar.blocks import Block, append_block, decode_block
from steelyard.columnar.table import Table
from steelyard.domains.history.model import Position, Stream
from steelyard.ingest.frames import Chunk, decode_frame
from steelyard.ingest.offsets import GAP_MAX_LINES, reconcile
from steelyard.kernel.errors import Conflict, Malformed


def chunk_of(first: int, values: list[Any]) -> Chunk:
    lines = [json.dumps({"_step": first + i, "v": value}) for i, value in enumerate(values)]
    body = json.dumps({"files": {"wandb-history.jsonl": {"offset": first, "content": lines}}}).encode()
    (chunk,) = decode_frame(body).chunks
    return chunk


class Store:
    """The journal and the reader without a database between them."""

    def __init__(self) -> None:
        self.positions: dict[str, Position] = {}
        self.blocks: list[Block] = []
        self.stored = 0

    def send(self, writer: str, chunk: Chunk) -> None:
        before = self.positions.get(writer, Position())
        after, is_new = reconcile(before, chunk.first_line, chunk.line_count, chunk.checksum)
        self.positions[writer] = after
        if is_new:
            self.stored += 1
            append_block(self.blocks, decode_block(writer, chunk.first_line, chunk.line_count, chunk.body))

    def values(self) -> list[Any]:
        column = Table(self.blocks).find_column("v")
        return column.values() if column else []


def test_an_exact_resend_is_stored_once() -> None:
    store = Store()
    for _ in range(3):
        store.send("", chunk_of(0, [1, 2]))
    assert (store.stored, store.values()) == (1, [1, 2])


def test_a_resend_that_overlaps_is_read_once() -> None:
    store = Store()
    store.send("", chunk_of(0, [1, 2]))
    store.send("", chunk_of(1, [2, 3]))
    assert store.values() == [1, 2, 3]
    assert store.positions[""].next_line == 3


def test_a_new_attempt_from_the_start_replaces_line_by_line() -> None:
    store = Store()
    store.send("", chunk_of(0, [1, 2, 3]))
    store.send("", chunk_of(0, [7, 8]))
    assert store.values() == [7, 8, 3]
    assert store.positions[""].next_line == 3


def test_a_jump_far_ahead_is_refused() -> None:
    reconcile(Position(5), 5 + GAP_MAX_LINES, 1, 0)
    with pytest.raises(Malformed, match="next expected line is 5"):
        reconcile(Position(5), 6 + GAP_MAX_LINES, 1, 0)


sends = st.lists(
    st.tuples(
        st.sampled_from(["", "other", "third"]),
        st.integers(0, 12),
        st.lists(st.one_of(st.integers(0, 3), st.floats(allow_nan=False), st.text(max_size=2)), min_size=1, max_size=6),
        st.integers(1, 3),
    ),
    max_size=14,
)


@settings(max_examples=80, deadline=None)
@given(sends)
def test_any_interleaving_equals_a_list_by_index(script: list[tuple[str, int, list[Any], int]]) -> None:
    store = Store()
    model: dict[str, dict[int, Any]] = {}
    for writer, first, values, times in script:
        for _ in range(times):
            store.send(writer, chunk_of(first, values))
        model.setdefault(writer, {}).update(enumerate(values, first))
    # rows are ordered by step, which is the line here, then by writer
    order = sorted(model)
    expected = sorted((line, order.index(writer), value) for writer in model for line, value in model[writer].items())
    table = Table(store.blocks)
    column = table.find_column("v")
    assert (column.values() if column else []) == [value for _, _, value in expected]
    assert table.steps.tolist() == [line for line, _, _ in expected]
    for writer, lines in model.items():
        assert store.positions[writer].next_line == max(lines) + 1


def test_streams_are_told_apart_by_name() -> None:
    body = json.dumps({"files": {"output.log": {"offset": 0, "content": ["x"]}}}).encode()
    assert decode_frame(body).chunks[0].stream is Stream.CONSOLE


def test_after_a_rewind_only_what_follows_is_taken() -> None:
    """The chunk known as the newest is of before, until the new attempt has sent one."""
    rewound = Position(5, 3, 2, 77, rewound_to=5)
    for first, count, checksum in ((3, 2, 77), (0, 1, 1), (4, 3, 1), (6, 1, 1)):
        with pytest.raises(Conflict, match="rewound"):
            reconcile(rewound, first, count, checksum)
    after, is_new = reconcile(rewound, 5, 2, 78)
    assert (after, is_new) == (Position(7, 5, 2, 78, rewound_to=5), True)
    assert reconcile(after, 5, 2, 78) == (after, False)
    assert reconcile(after, 6, 3, 79) == (Position(9, 6, 3, 79, rewound_to=5), True)
    for first in (4, 8):
        with pytest.raises(Conflict, match="rewound"):
            reconcile(after, first, 1, 80)


def test_the_last_request_before_a_rewind_is_not_taken_for_the_first_after_it() -> None:
    with pytest.raises(Conflict, match="rewound"):
        reconcile(Position(5, 5, 2, 77, rewound_to=5), 5, 2, 77)
