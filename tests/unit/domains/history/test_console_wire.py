"""The forms of console lines; all lines of a request at once mean what they mean one by one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.columnar.log_lines import LogLines
from steelyard.domains.history.console.wire import read_lines

TS = "2026-11-23T13:06:37.672430"


def told(lines: LogLines) -> list[tuple[Any, ...]]:
    return [(text, time, *kind) for text, time, kind in lines.each()]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (json.dumps({"ts": TS, "content": "a\u2028b"}), ("a\u2028b", TS, None, None)),
        (json.dumps({"ts": TS, "content": "x", "level": "error", "label": "gpu"}), ("x", TS, "error", "gpu")),
        (
            json.dumps({"ts": "2026-11-23T15:06:37+02:00", "content": ""}),
            ("", "2026-11-23T13:06:37.000000", None, None),
        ),
        (json.dumps({"ts": "soon", "content": "x\ny"}), ("x y", None, None, None)),
        (json.dumps({"content": 5}), ('{"content": 5}', None, None, None)),
        ('{"content": broken}', ('{"content": broken}', None, None, None)),
        (f"{TS} plain", ("plain", TS, None, None)),
        (f"ERROR {TS} wrong {{}}", ("wrong {}", TS, "error", None)),
        ("bare", ("bare", None, None, None)),
        ("", ("", None, None, None)),
    ],
)
def test_a_line_of_each_form(raw: str, line: tuple[Any, ...]) -> None:
    assert told(read_lines([raw.encode()])) == [line]
    # among structured ones, which are read all at once where all are
    other = json.dumps({"ts": TS, "content": "other"}).encode()
    assert told(read_lines([other, raw.encode(), other]))[1] == line


STAMPS = st.sampled_from([TS, "2026-01-01T00:00:00.000000", "2026-13-01T00:00:00.000000", "now", None, "x" * 26, 7])
LABELS = st.sampled_from(["a", "", "b" * 300])
LINES = st.fixed_dictionaries(
    {"content": st.text(max_size=20)},
    optional={
        "ts": STAMPS,
        "level": st.sampled_from(["error", "info"]),
        "label": st.sampled_from(["a", "", "b" * 300]),
    },
)


@given(st.lists(LINES, max_size=12))
def test_many_lines_at_once_mean_what_each_means(lines: list[dict[str, Any]]) -> None:
    raw = [json.dumps(line).encode() for line in lines]
    assert told(read_lines(raw)) == [told(read_lines([b"bare", line]))[1] for line in raw]
