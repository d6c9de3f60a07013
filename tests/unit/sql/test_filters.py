"""The client's filter language: what it accepts, what it means, and that no input makes it fail otherwise."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.kernel.errors import Invalid
from steelyard.sql import filters
from steelyard.sql.filters import MISSING

NOON = datetime(2025, 1, 31, 12, tzinfo=UTC)
ITEM = {
    "n": 3,
    "x": 0.5,
    "nan": float("nan"),
    "s": "resnet-50",
    "flag": True,
    "none": None,
    "tags": ("a", "b"),
    "layers": [64, 32],
    "made": NOON,
}


def holds(document, item=ITEM):
    return filters.matches(filters.parse(json.dumps(document)), lambda key: item.get(key, MISSING))


@pytest.mark.parametrize("text", [None, "", "  ", "null", "{}", '{"$and": []}', '{"$or": [{"$and": []}]}'])
def test_these_mean_everything(text):
    assert filters.matches(filters.parse(text), lambda _key: MISSING)


@pytest.mark.parametrize(
    "document",
    [
        {"n": 3},
        {"n": 3.0},
        {"n": {"$gt": 2, "$lt": 4}},
        {"n": {"$gte": 3, "$lte": 3}},
        {"s": "resnet-50"},
        {"s": {"$regex": "net-[0-9]+$"}},
        {"s": {"$regex": "^RES", "$options": "i"}},
        {"s": {"$contains": "net"}},
        {"tags": "a"},
        {"tags": {"$in": ["z", "b"]}},
        {"tags": {"$nin": ["z"]}},
        {"tags": {"$ne": "z"}},
        {"tags": {"$all": ["a", "b"]}},
        {"tags": {"$size": 2}},
        {"tags": {"$regex": "^a$"}},
        {"layers": [64, 32]},
        {"absent": None},
        {"none": None},
        {"absent": {"$ne": 1}},
        {"absent": {"$nin": [1]}},
        {"absent": {"$in": [None]}},
        {"absent": {"$exists": False}},
        {"n": {"$exists": True}},
        {"flag": True},
        {"n": {"$not": {"$gt": 5}}},
        {"$not": {"n": 4}},
        {"$nor": [{"n": 4}, {"s": "x"}]},
        {"$or": [{"n": 4}, {"n": 3}]},
        {"n": 3, "s": "resnet-50"},
        {"made": "2025-01-31T12:00:00Z"},
        {"made": {"$lt": "2025-02-01"}},
        {"made": {"$gte": NOON.timestamp()}},
        {"made": {"$gte": NOON.timestamp() * 1000}},
        {"nan": {"$ne": 1}},
    ],
    ids=json.dumps,
)
def test_matching(document):
    assert holds(document)


@pytest.mark.parametrize(
    "document",
    [
        {"n": "3"},
        {"n": True},
        {"flag": 1},
        {"n": {"$gt": "2"}},
        {"absent": {"$gt": 0}},
        {"absent": {"$lte": 0}},
        {"nan": {"$gt": 0}},
        {"nan": {"$lte": 0}},
        {"none": {"$lt": 1}},
        {"tags": {"$ne": "a"}},
        {"tags": {"$nin": ["b"]}},
        {"tags": "z"},
        {"s": {"$regex": "^RES"}},
        {"n": {"$regex": "3"}},
        {"absent": {"$regex": ".*"}},
        {"$or": []},
        {"n": 3, "s": "other"},
        {"$nor": [{"n": 3}]},
        {"absent": {"$all": []}},
        {"n": None},
    ],
    ids=json.dumps,
)
def test_not_matching(document):
    assert not holds(document)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "must be an object"),
        ('"x"', "must be an object"),
        ('{"$and": {}}', "takes a list"),
        ('{"$or": [1]}', "must be an object"),
        ('{"$where": "1"}', "unknown operator"),
        ('{"a": {"$near": 1}}', "unknown operator"),
        ('{"a": {"$in": 1}}', "takes a list"),
        ('{"a": {"$size": "1"}}', "whole number"),
        ('{"a": {"$regex": "("}}', "not valid"),
        ('{"a": {"$regex": 1}}', "text of at most"),
        ('{"a": {"$regex": "\\ud800"}}', "not valid"),
        ('{"a": {"$regex": "' + "a" * 1001 + '"}}', "at most 1000"),
        ('{"$not":' * 60 + '{"a":1}' + "}" * 60, "nests deeper"),
        ('{"a":' + '{"$not":' * 60 + "1" + "}" * 61, "nests deeper"),
        ('{"$and": [' + ",".join(['{"a":1}'] * 20_001) + "]}", "more than 20000 parts"),
        ('{"$or": [' + ",".join(['{"a": {"$regex": "x"}}'] * 51) + "]}", "more than 50 regular expressions"),
        ("[" * 100_000, "not JSON"),
    ],
    ids=lambda value: value[:30],
)
def test_malformed_filters_are_refused_with_a_reason(text, words):
    with pytest.raises(Invalid, match=words):
        filters.parse(text)


def test_a_time_is_compared_with_times_only():
    with pytest.raises(Invalid, match="is not a time"):
        holds({"made": {"$gt": "yesterday"}})


def test_a_pattern_that_backtracks_for_ever_elsewhere_is_linear_here():
    assert not holds({"s": {"$regex": "^(a+)+$"}}, {"s": "a" * 5000 + "b"})


scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=True) | st.text("ab.", max_size=3)
operators = st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"])
lists = st.sampled_from(["$in", "$nin", "$all"])
comparisons = st.one_of(
    scalars,
    st.dictionaries(operators, scalars, min_size=1, max_size=2),
    st.dictionaries(lists, st.lists(scalars, max_size=3), min_size=1, max_size=2),
    st.builds(lambda flag: {"$exists": flag}, st.booleans()),
)
fields = st.dictionaries(st.sampled_from(["n", "s", "tags", "absent"]), comparisons, max_size=2)
documents = st.recursive(
    fields,
    lambda inner: st.one_of(
        st.builds(lambda op, parts: {op: parts}, st.sampled_from(["$and", "$or", "$nor"]), st.lists(inner, max_size=3)),
        st.builds(lambda part: {"$not": part}, inner),
    ),
    max_leaves=8,
)


@given(documents)
def test_negation_is_exact(document):
    assert holds(document) is not holds({"$not": document})


@given(documents, documents)
def test_and_and_or_are_what_they_say(one, other):
    assert holds({"$and": [one, other]}) is (holds(one) and holds(other))
    assert holds({"$or": [one, other]}) is (holds(one) or holds(other))
    assert holds({"$nor": [one, other]}) is not (holds(one) or holds(other))


@given(
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("$and", max_size=4), inner),
        max_leaves=10,
    )
)
def test_any_json_is_read_or_refused(value):
    try:
        given_filter = filters.read(value)
    except Invalid:
        return
    filters.matches(given_filter, lambda key: ITEM.get(key, MISSING))


def test_order():
    keys = filters.parse_order("+created_at, -config.lr.value,state")
    assert [(item.key, item.descending) for item in keys] == [
        ("created_at", False),
        ("config.lr.value", True),
        ("state", False),
    ]
    assert filters.parse_order(None) == []
