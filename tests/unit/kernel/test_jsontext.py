"""JSON with bare NaN and infinities is read and written as clients do, and never slips into strict answers."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.kernel import jsontext

INTEGERS = st.integers(-(2**63), 2**64 - 1)
SCALARS = st.none() | st.booleans() | INTEGERS | st.floats() | st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


def same(left: Any, right: Any) -> bool:
    """Equal, and of equal types; NaN is itself."""
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert same(jsontext.loads(jsontext.dumps(value)), value)


@given(VALUES)
def test_the_text_is_what_pythons_own_json_reads(value: Any) -> None:
    assert same(json.loads(jsontext.dumps(value)), value)


@given(VALUES)
def test_strict_values_are_read_by_parsers_that_know_no_bare_tokens(value: Any) -> None:
    safe = jsontext.strict_safe(value)
    assert not jsontext.has_non_finite(safe)
    text = json.dumps(safe, allow_nan=False)
    assert same(json.loads(text), safe)


def test_the_bare_tokens_become_words() -> None:
    assert jsontext.strict_safe([math.nan, math.inf, -math.inf, 1.5]) == ["NaN", "Infinity", "-Infinity", 1.5]
    assert jsontext.dumps({"a": [math.nan, -math.inf]}) == '{"a":[NaN,-Infinity]}'


@pytest.mark.parametrize("text", ["", "{", "nan", "[1,]", "{'a': 1}", b"\xff", "[" * 100_000])
def test_what_is_no_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        jsontext.loads(text)


def test_integers_keep_their_kind_and_exponents_their_value() -> None:
    assert type(jsontext.loads("5")) is int
    assert jsontext.loads("1.79543919766851e+09") == 1795439197.66851


@given(st.integers(-(2**200), 2**200))
def test_integers_of_any_size_are_written_exactly(number: int) -> None:
    assert json.loads(jsontext.dumps({"a": number})) == {"a": number}
    assert jsontext.loads(str(number)) == pytest.approx(number)
