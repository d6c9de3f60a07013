"""Rows become columns without a value changing."""

import json
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.columnar.columns import GroupColumns, join
from steelyard.columnar.groups import decode_groups, encode_groups
from steelyard.columnar.row_groups import group_rows
from steelyard.columnar.rows import decode_rows, parse_rows

INF = float("inf")


def build(rows: list[dict[str, Any]]) -> GroupColumns:
    """The columns of rows after their way through the journal."""
    return GroupColumns(decode_groups(encode_groups(group_rows(rows), len(rows)), len(rows)))


def columns_of(*rows: dict[str, Any]) -> dict[str, tuple[list[int], list[Any]]]:
    columns = build(parse_rows([json.dumps(row) for row in rows]))
    return {key: (column.rows.tolist(), column.values()) for key, column in columns.items()}


def test_numbers_keep_their_kind() -> None:
    got = columns_of({"f": 0.1, "i": 3, "m": 1}, {"f": 1e300, "i": -4, "m": 1.5})
    assert got == {"f": ([0, 1], [0.1, 1e300]), "i": ([0, 1], [3, -4]), "m": ([0, 1], [1, 1.5])}
    assert [type(value) for value in got["m"][1]] == [int, float]


def test_integers_beyond_the_floats_are_exact() -> None:
    assert columns_of({"n": 2**63 - 1}, {"n": 2**53 + 1})["n"][1] == [2**63 - 1, 2**53 + 1]
    assert columns_of({"n": 2**80})["n"][1] == [2**80]


def test_non_finite_numbers_are_exact() -> None:
    values = columns_of({"a": math.nan}, {"a": INF}, {"a": -INF})["a"][1]
    assert math.isnan(values[0])
    assert values[1:] == [INF, -INF]


def test_bare_tokens_are_told_from_texts_that_look_like_them() -> None:
    lines = ['{"a":NaN,"l":[-Infinity, NaN]}', '{"a":"x:NaN,","b":[NaN,"[NaN]"]}', '{"a":"\\u0000NaN","b":NaN}']
    expected = [json.loads(line) for line in lines]
    for count in (1, 2, 3):
        assert repr(parse_rows(lines[:count])) == repr(expected[:count])


def test_nested_objects_are_flattened_and_media_kept() -> None:
    image = {"_type": "image-file", "path": "media/a.png", "size": 3}
    got = columns_of({"d": {"x": 1, "y.z": 2}, "img": image, "e": {"img": image}, "lit.dot": 3, "empty": {}})
    assert got == {
        "d.x": ([0], [1]),
        "d.y\\.z": ([0], [2]),
        "img": ([0], [image]),
        "e.img": ([0], [image]),
        "lit\\.dot": ([0], [3]),
        "empty": ([0], [{}]),
    }


def test_nulls_are_kept_apart() -> None:
    columns = build([{"a": 1.0, "b": None}, {"a": None, "b": None}, {"a": 2.0}])
    a, b = columns["a"], columns["b"]
    assert (a.rows.tolist(), a.values(), a.nulls.tolist()) == ([0, 2], [1.0, 2.0], [1])
    assert (len(b), b.nulls.tolist()) == (0, [0, 1])


def test_a_key_may_change_its_type() -> None:
    assert columns_of({"a": 1}, {"a": "x"}, {"a": {"b": 2}}, {"a": True}) == {
        "a": ([0, 1, 3], [1, "x", True]),
        "a.b": ([2], [2]),
    }


def test_the_numbers_of_a_mixed_column() -> None:
    numeric = build([{"a": "x"}, {"a": 2}, {"a": True}, {"a": 0.5}])["a"].numeric()
    assert (numeric.rows.tolist(), numeric.values()) == ([1, 3], [2, 0.5])


def test_unreadable_rows_hide_no_others() -> None:
    assert decode_rows(b'{"a":1}\n{broken\n[1]\n{"a":2}') == [{"a": 1}, {}, {}, {"a": 2}]


def test_lone_surrogates_inside_rows_become_text() -> None:
    assert decode_rows(b'{"a":"x\\ud800"}') == [{"a": "x?"}]


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), st.text(max_size=3)
)
keys = st.sampled_from(["a", "b", "c"])
rows = st.lists(st.dictionaries(keys, st.one_of(leaves, st.dictionaries(keys, leaves, max_size=2))), max_size=8)


def flattened(row: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in row.items():
        flat |= {f"{key}.{k}": v for k, v in value.items()} if isinstance(value, dict) and value else {key: value}
    return {key: value for key, value in flat.items() if value is not None}


@settings(max_examples=80, deadline=None)
@given(rows, st.integers(0, 8))
def test_columns_hold_what_the_rows_held(given: list[dict[str, Any]], cut: int) -> None:
    """Also when the rows come in two parts whose columns are joined."""
    cut = min(cut, len(given))
    parts = [build(given[:cut]), build(given[cut:])]
    found: list[dict[str, Any]] = [{} for _ in given]
    for key in {key for part in parts for key in part}:
        column = join([part[key].shifted(base) for part, base in zip(parts, (0, cut), strict=True) if key in part])
        for row, value in zip(column.rows.tolist(), column.values(), strict=True):
            found[row][key] = value
    assert repr([dict(sorted(row.items())) for row in found]) == repr(
        [dict(sorted(flattened(row).items())) for row in given]
    )
