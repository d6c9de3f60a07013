"""The types that a client gives to the columns of its tables (docs/protocol/tables.md, column types)."""

from __future__ import annotations

from typing import Any

from steelyard.columnar.tables.index_file import Directory

_TIMES = {"timestamp", "datetime"}


def column_types(directory: Directory) -> list[dict[str, Any] | None]:
    """Return for each column its type as the file has it, None without one. Columns of one name share it."""
    declared = directory.head.get("column_types")
    params = declared.get("params") if isinstance(declared, dict) else None
    by_name = params.get("type_map") if isinstance(params, dict) else None
    found = [by_name.get(name) if isinstance(by_name, dict) else None for name in directory.names]
    return [kind if isinstance(kind, dict) else None for kind in found]


def plain_name(kind: dict[str, Any] | None) -> str:
    """Return the name of a type, of an optional one that of what it may be; empty without one, and for a choice."""
    if kind is None:
        return ""
    name = str(kind.get("wb_type", ""))
    if name != "union":
        return name.removeprefix("wandb.")
    params = kind.get("params")
    allowed = params.get("allowed_types") if isinstance(params, dict) else None
    names = [plain_name(one) for one in allowed or [] if isinstance(one, dict) and one.get("wb_type") != "none"]
    return names[0] if len(names) == 1 else ""


def is_time(kind: dict[str, Any] | None) -> bool:
    """Tell of columns whose numbers are moments: milliseconds since 1970."""
    name = plain_name(kind)
    if name == "pythonObject" and kind is not None:
        return "datetime" in str(kind.get("params", ""))
    return name in _TIMES
