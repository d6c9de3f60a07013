"""The filters and orders that clients give to listings of collections and versions.

Filters are JSON: `{"state": "COMMITTED"}`, `{"name": {"$in": ["a", "b"]}}`, `{"name": {"$regex": "^a"}}`. Orders are a
column with a sign: `-createdAt`, `+name`, `name`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, or_, true

from steelyard.graphql.binding import snake
from steelyard.kernel.clock import parse_iso
from steelyard.kernel.errors import Invalid
from steelyard.sql.types import UtcTime

Columns = Mapping[str, ColumnElement[Any]]
# Deeper than anybody writes by hand, far from the limits of Python and of the databases.
_DEPTH_MAX = 20


def parse_filters(text: str | None, columns: Columns) -> list[ColumnElement[bool]]:
    """Return the conditions of `text`, none for an empty one. Raises `Invalid` for what no column or operator is."""
    try:
        value = orjson.loads(text or "{}")
    except orjson.JSONDecodeError as error:
        raise Invalid(f"the filters are not JSON: {error}") from error
    return [_condition(value, columns)] if value else []


def _condition(value: Any, columns: Columns, depth: int = 0) -> ColumnElement[bool]:
    if not isinstance(value, dict) or depth > _DEPTH_MAX:
        raise Invalid(f"filters must be a JSON object, nested at most {_DEPTH_MAX} deep")
    parts: list[ColumnElement[bool]] = [true()]
    for key, wanted in value.items():
        if key in {"$and", "$or"}:
            parts.append(_joined(key, wanted, columns, depth))
            continue
        column = columns.get(snake(key))
        if column is None:
            raise Invalid(f"there is no filter by {key!r}; there are {', '.join(sorted(columns))}")
        parts += _comparisons(column, wanted)
    return and_(*parts)


def _joined(key: str, wanted: Any, columns: Columns, depth: int) -> ColumnElement[bool]:
    """Return the members of a list joined; an empty list says nothing."""
    if not isinstance(wanted, list):
        raise Invalid(f"{key} needs a list")
    inner = [_condition(item, columns, depth + 1) for item in wanted]
    if not inner:
        return true()
    return and_(*inner) if key == "$and" else or_(*inner)


def _comparisons(column: ColumnElement[Any], wanted: Any) -> list[ColumnElement[bool]]:
    tests = wanted if isinstance(wanted, dict) else {"$eq": wanted}
    return [_compare(column, operator, _operand(column, operand)) for operator, operand in tests.items()]


def _operand(column: ColumnElement[Any], operand: Any) -> Any:
    """Return the operand as the column compares. Raises `Invalid`."""
    if isinstance(operand, list):
        return [_operand(column, item) for item in operand]
    if not isinstance(operand, str | int | float | bool | None):
        raise Invalid(f"a filter compares with texts and numbers, not with {operand!r}")
    if not isinstance(column.type, UtcTime) or operand is None:
        return operand
    try:
        return parse_iso(str(operand))
    except ValueError as error:
        raise Invalid(f"{operand!r} is not a time") from error


def _compare(column: ColumnElement[Any], operator: str, operand: Any) -> ColumnElement[bool]:
    if operator in {"$in", "$nin"} and isinstance(operand, list):
        return column.in_(operand) if operator == "$in" else column.not_in(operand)
    if operator not in _OPERATORS or isinstance(operand, list):
        raise Invalid(f"there is no filter operator {operator!r} for {operand!r}")
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
