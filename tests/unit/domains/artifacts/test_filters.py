"""The filter and order words of clients become conditions, or are refused."""

import pytest
from sqlalchemy import column
from sqlalchemy.dialects import sqlite

from steelyard.domains.artifacts.filters import parse_filters, parse_order
from steelyard.kernel.errors import Invalid
from steelyard.sql.types import UtcTime

COLUMNS = {"id": column("id"), "name": column("name"), "created_at": column("created_at", UtcTime)}


def sql(condition) -> str:
    return str(condition.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"name": "a"}', "name = 'a'"),
        ('{"name": {"$ne": "a"}}', "name != 'a'"),
        ('{"name": {"$in": ["a", "b"]}}', "name IN ('a', 'b')"),
        ('{"createdAt": {"$lt": "2026-01-02T03:04:05Z"}}', "created_at < '2026-01-02 03:04:05.000000'"),
        ('{"id": {"$gte": 2, "$lt": 5}}', "id >= 2 AND id < 5"),
        ('{"$or": [{"$and": []}]}', "1 = 1"),
        ('{"$or": [{"name": "a"}, {"$and": [{"name": "b"}, {"id": 1}]}]}', "name = 'a' OR name = 'b' AND id = 1"),
        ('{"name": {"$regex": "^a\\\\.b$"}}', "name = 'a.b'"),
        ('{"name": {"$regex": "^a"}}', "(name LIKE 'a' || '%' ESCAPE '/')"),
        ('{"name": {"$contains": "50%"}}', "(name LIKE '%' || '50/%' || '%' ESCAPE '/')"),
    ],
)
def test_filters_become_conditions(text, expected):
    (condition,) = parse_filters(text, COLUMNS)
    assert sql(condition) == expected


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_no_filter_is_no_condition(text):
    assert parse_filters(text, COLUMNS) == []


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        '{"size": 1}',
        '{"name": {"$near": 1}}',
        '{"name": {"$in": 1}}',
        '{"name": {"$gt": [1]}}',
        '{"name": {"$regex": "a.*b"}}',
        '{"name": {"a": 1}}',
        '{"name": [1]}',
        '{"name": {"$eq": {"b": 1}}}',
        '{"created_at": "soon"}',
        '{"$or": 1}',
        '{"$and": [1]}',
        '{"$and": [' * 30 + "{}" + "]}" * 30,
    ],
)
def test_what_cannot_be_answered_is_refused(text):
    with pytest.raises(Invalid):
        parse_filters(text, COLUMNS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, ["id DESC", "id DESC"]), ("-createdAt", ["created_at DESC", "id DESC"]), ("+name", ["name ASC", "id ASC"])],
)
def test_orders_end_with_the_id(text, expected):
    assert [sql(item) for item in parse_order(text, COLUMNS, "-id")] == expected


def test_an_unknown_order_is_refused():
    with pytest.raises(Invalid):
        parse_order("size", COLUMNS, "-id")
