"""What a request body is taken for, and what is refused."""

import gzip
import json
from typing import Any

import pytest

from steelyard.columnar.groups import encode_groups
from steelyard.columnar.row_groups import group_rows
from steelyard.domains.history.model import CHUNK_MAX_LINES, Stream
from steelyard.domains.runs.changes import Change, Kind
from steelyard.ingest import frames
from steelyard.ingest.frames import Frame, decode_frame
from steelyard.kernel.errors import Malformed, TooLarge
from steelyard.rest.bodies import gunzip

HISTORY = "wandb-history.jsonl"


def frame(**document: Any) -> Frame:
    return decode_frame(json.dumps(document).encode())


def content(name: str, *lines: Any, offset: Any = 0) -> Frame:
    return frame(files={name: {"offset": offset, "content": list(lines)}})


def columns(*rows: dict[str, Any]) -> bytes:
    return encode_groups(group_rows(rows), len(rows))


def test_each_file_becomes_chunks_of_its_stream() -> None:
    got = frame(
        files={
            HISTORY: {"offset": 3, "content": ['{"a":1}', '{"a":2}']},
            "wandb-events.jsonl": {"offset": 0, "content": ['{"system.cpu":1}']},
            "output.log": {"offset": 7, "content": ["x", "y"]},
            "wandb-summary.json": {"offset": 0, "content": ['{"a":2}']},
        },
        uploaded=["a.txt"],
        complete=True,
        exitcode=1,
    )
    assert [(c.stream, c.first_line, c.line_count, c.body) for c in got.chunks] == [
        (Stream.HISTORY, 3, 2, columns({"a": 1}, {"a": 2})),
        (Stream.EVENTS, 0, 1, columns({"system.cpu": 1})),
        (Stream.CONSOLE, 7, 2, b"x\ny"),
    ]
    assert (got.summary, got.uploaded, got.complete, got.exit_code) == ('{"a":2}', ("a.txt",), True, 1)


@pytest.mark.parametrize(
    "document",
    [{}, {"complete": False, "failed": False, "dropped": 0, "uploaded": []}, {"exitcode": 1}, {"files": None}],
)
def test_a_sign_of_life_carries_nothing(document: dict[str, Any]) -> None:
    assert decode_frame(json.dumps(document).encode()) == Frame()


def test_a_windows_exit_code_is_taken_as_signed() -> None:
    assert frame(complete=True, exitcode=0xC000013A).exit_code == -1073741510


def test_bare_tokens_and_unknown_files_are_fine() -> None:
    assert content(HISTORY, '{"a":NaN,"b":-Infinity,"c":"NaN, x"}').chunks[0].line_count == 1
    assert content("diff.patch", "anything") == Frame()


def test_newlines_inside_an_item_do_not_shift_the_lines_after_it() -> None:
    assert content(HISTORY, '{"a":\n1}\n', '{"a":2}').chunks[0].body == columns({"a": 1}, {"a": 2})
    assert content("output.log", "one\n", "two\nhalf", "three").chunks[0].body == b"one\ntwo half\nthree"


def test_lone_surrogates_of_older_clients_are_replaced() -> None:
    body = b'{"files":{"output.log":{"offset":0,"content":["a\\udc80b"]}}}'
    assert decode_frame(body).chunks[0].body == b"a?b"


@pytest.mark.parametrize(
    "line", ["", "nope", "[1]", "7", "{", '{"a":}', '{"a":1} {"a":2}', '{"a":1}{"a":2}', '{"a":nan}', "{" * 5000]
)
def test_a_line_that_is_no_object_is_refused_by_its_place(line: str) -> None:
    with pytest.raises(Malformed, match="row 1 is not"):
        content(HISTORY, '{"a":1}', line, '{"a":3}')


@pytest.mark.parametrize("offset", [-1, 1.5, "0", None, True, 2**60])
def test_an_offset_must_be_the_number_of_a_line(offset: Any) -> None:
    with pytest.raises(Malformed, match="offset"):
        content(HISTORY, "{}", offset=offset)


@pytest.mark.parametrize("body", [b"", b"nope", b"[]", b"7", b'{"files":NaN}', b'{"files":{"output.log":[]}}'])
def test_a_body_of_another_form_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        decode_frame(body)


def test_a_line_beyond_the_limit_is_too_large() -> None:
    line = json.dumps({"t": "x" * frames.LINE_MAX_CHARS})
    with pytest.raises(TooLarge, match="exceeds the limit"):
        content(HISTORY, line)


def test_a_long_list_is_cut_into_chunks_without_losing_a_line() -> None:
    lines = [f"line {number}" for number in range(2 * CHUNK_MAX_LINES + 5)]
    chunks = content("output.log", *lines, offset=3).chunks
    assert [chunk.line_count for chunk in chunks] == [CHUNK_MAX_LINES, CHUNK_MAX_LINES, 5]
    assert [chunk.first_line for chunk in chunks] == [3, 3 + CHUNK_MAX_LINES, 3 + 2 * CHUNK_MAX_LINES]
    assert b"\n".join(chunk.body for chunk in chunks).decode().split("\n") == lines


def test_large_lines_are_cut_into_chunks_by_size() -> None:
    line = "x" * (frames.CHUNK_MAX_CHARS // 2)
    assert [chunk.line_count for chunk in content("output.log", *[line] * 5).chunks] == [2, 2, 1]


def test_gzip_is_read_within_bounds() -> None:
    packed = gzip.compress(b"{}")
    assert gunzip(packed, 10) == b"{}"
    with pytest.raises(Malformed, match="cut short"):
        gunzip(packed[:-5], 10)
    with pytest.raises(TooLarge):
        gunzip(gzip.compress(b"x" * 100), 10)


def test_rows_say_which_keys_changed_and_from_which_step() -> None:
    (chunk,) = content(HISTORY, '{"_step":9,"a.b":1}', '{"_step":4,"c":{"d":"text"}}').chunks
    assert chunk.change == Change(Kind.RUN | Kind.HISTORY, frozenset({"_step", "a.b", "c.d"}), 4)
    (chunk,) = content(HISTORY, '{"_step":9,"a":1}', '{"a":1}').chunks
    assert chunk.change.from_step is None, "a row without a step has that of the row before it"
    (chunk,) = content(HISTORY, json.dumps({f"k{number}": 1 for number in range(1000)})).chunks
    assert chunk.change == Change(Kind.RUN | Kind.HISTORY)
