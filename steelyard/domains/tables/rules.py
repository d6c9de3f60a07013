"""What may be asked of a table, read from what a browser sends (web/src/api/contract.ts, docs/protocol/tables.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steelyard.domains.tables.model import LinkedSource, RunSource, Source, VersionSource
from steelyard.kernel.errors import Invalid

if TYPE_CHECKING:
    from steelyard.columnar.tables.conditions import Filter

ROWS_MAX = 1_000
# Cells of one answer: it is some megabytes then.
CELLS_MAX = 200_000
_KEYS_MAX = 8
_CONDITIONS_MAX = 50
_TEXT_MAX = 2_000


def read_source(value: Any) -> Source:
    """Return which table is meant. Raises `Invalid`."""
    match value:
        case {"kind": "run"}:
            return RunSource(**_texts(value, "entity", "project", "run", "path"))
        case {"kind": "artifact"}:
            names = _texts(value, "entity", "project", "type", "collection", "version", "path")
            return VersionSource(**names, whole=value.get("whole") is True)
        case {"kind": "link"}:
            return LinkedSource(**_texts(value, "uri"))
    raise Invalid("source must name a table: a file of a run, an entry of an artifact, or a link")


def _texts(value: dict[str, Any], *names: str) -> dict[str, str]:
    for name in names:
        if not isinstance(value.get(name), str):
            raise Invalid(f"source.{name} must be a text")
    return {name: value[name] for name in names}


@dataclass(frozen=True)
class Question:
    """Rows of a table: which ones, in which order, and which columns of them. Columns are named by their number."""

    asked: Filter
    order: tuple[tuple[int, bool], ...]
    columns: tuple[int, ...]


def read_question(body: dict[str, Any], width: int) -> Question:
    """Return what is asked of a table of `width` columns. Raises `Invalid`."""
    from steelyard.columnar.tables.conditions import Filter

    search = body.get("search") or ""
    if not isinstance(search, str) or len(search) > _TEXT_MAX:
        raise Invalid(f"search must be a text of at most {_TEXT_MAX} characters")
    conditions = tuple(_condition(item, width) for item in _list(body, "filter", _CONDITIONS_MAX))
    columns = body.get("columns")
    chosen = range(width) if columns is None else [_column(item, width) for item in _list(body, "columns", width)]
    order = tuple(_key(item, width) for item in _list(body, "sort", _KEYS_MAX))
    return Question(Filter(conditions, search, tuple(range(width)) if search else ()), order, tuple(chosen))


def read_number(body: dict[str, Any], key: str, default: int, most: int) -> int:
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Invalid(f"{key} must be a whole number from 0 to {most}")
    return value


def read_column(body: dict[str, Any], width: int) -> int:
    return _column(body.get("column"), width)


def _list(body: dict[str, Any], key: str, most: int) -> list[Any]:
    value = body.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most:
        raise Invalid(f"{key} must be a list of at most {most} entries")
    return value


def _column(value: Any, width: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < width:
        raise Invalid(f"the table has no column {value!r}: columns are numbers below {width}")
    return value


def _key(value: Any, width: int) -> tuple[int, bool]:
    if not isinstance(value, dict):
        raise Invalid('sort must hold objects like {"column": 0, "descending": true}')
    return _column(value.get("column"), width), value.get("descending") is True


def _condition(value: Any, width: int) -> Any:
    from steelyard.columnar.tables.conditions import OPERATORS, Condition, check_pattern

    if not isinstance(value, dict) or value.get("operator") not in OPERATORS:
        raise Invalid(f"filter must hold objects with a column and an operator of {', '.join(sorted(OPERATORS))}")
    given = value.get("value", "")
    if not isinstance(given, str) or len(given) > _TEXT_MAX:
        raise Invalid(f"the value of a filter must be a text of at most {_TEXT_MAX} characters")
    other = value.get("other")
    made = Condition(
        _column(value.get("column"), width),
        value["operator"],
        given,
        None if other is None else _column(other, width),
    )
    if made.other is not None and ("contains" in made.operator or "matches" in made.operator):
        raise Invalid("only = != < <= > >= compare two columns")
    if "matches" in made.operator:
        check_pattern(made.value)
    return made
