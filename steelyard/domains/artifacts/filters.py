"""The filters and orders that clients give to listings of collections and versions.

Filters are JSON: `{"state": "COMMITTED"}`, `{"name": {"$in": ["a", "b"]}}`, `{"name": {"$regex": "^a"}}`. Orders are a
column with a sign: `-createdAt`, `+name`, `name`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, or_

from steelyard.graphql.binding import snake
from steelyard.kernel.errors import Invalid

Columns = Mapping[str, ColumnElement[Any]]


def parse_filters(text: str | None, columns: Columns) -> list[ColumnElement[bool]]:
    """Return the conditions of `text`, none for an empty one. Raises `Invalid` for what no column or operator is."""
    try:
        value = orjson.loads(text or "{}")
    except orjson.JSONDecodeError as error:
        raise Invalid(f"the filters are not JSON: {error}") from error
    return [_condition(value, columns)] if value else []


def _condition(value: Any, columns: Columns) -> ColumnElement[bool]:
    if not isinstance(value, dict):
        raise Invalid("filters must be a JSON object")
    parts: list[ColumnElement[bool]] = []
    for key, wanted in value.items():
        if key in {"$and", "$or"}:
            inner = [_condition(item, columns) for item in wanted]
            parts.append(and_(*inner) if key == "$and" else or_(*inner))
            continue
        column = columns.get(snake(key))
        if column is None:
            raise Invalid(f"there is no filter by {key!r}; there are {', '.join(sorted(columns))}")
        parts += _comparisons(column, wanted)
    return and_(*parts)


def _comparisons(column: ColumnElement[Any], wanted: Any) -> list[ColumnElement[bool]]:
    if not isinstance(wanted, dict):
        return [column == wanted]
    return [_compare(column, operator, operand) for operator, operand in wanted.items()]


def _compare(column: ColumnElement[Any], operator: str, operand: Any) -> ColumnElement[bool]:
    if operator in {"$in", "$nin"} and isinstance(operand, list):
        return column.in_(operand) if operator == "$in" else column.not_in(operand)
    if operator not in _OPERATORS:
        raise Invalid(f"there is no filter operator {operator!r}")
    return _OPERATORS[operator](column, operand)


def _matches(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Return the condition for a plain text with an optional anchor at either end."""
    begins, ends = pattern.startswith("^"), pattern.endswith("$")
    body = pattern[1 if begins else 0 : -1 if ends else None]
    plain = re.sub(r"\\(.)", r"\1", body)
    if re.search(r"(?<!\\)[][.*+?(){}|^$]", body):
        raise Invalid("only plain texts with ^ and $ are supported as patterns")
    if begins and ends:
        return column == plain
    if begins:
        return column.startswith(plain, autoescape=True)
    return column.endswith(plain, autoescape=True) if ends else column.contains(plain, autoescape=True)


def parse_order(text: str | None, columns: Columns, default: str) -> list[ColumnElement[Any]]:
    """Return what to order by, the id last so that pages never overlap. Raises `Invalid` for no column."""
    given = text or default
    name = snake(given.lstrip("+-"))
    column = columns.get(name)
    if column is None:
        raise Invalid(f"there is no order by {name!r}; there are {', '.join(sorted(columns))}")
    falls = given.startswith("-")
    return [item.desc() if falls else item.asc() for item in (column, columns["id"])]


_OPERATORS: Mapping[str, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    "$eq": lambda column, operand: column == operand,
    "$ne": lambda column, operand: column != operand,
    "$gt": lambda column, operand: column > operand,
    "$gte": lambda column, operand: column >= operand,
    "$lt": lambda column, operand: column < operand,
    "$lte": lambda column, operand: column <= operand,
    "$contains": lambda column, operand: column.contains(str(operand), autoescape=True),
    "$regex": lambda column, operand: _matches(column, str(operand)),
}
