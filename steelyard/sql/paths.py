"""Slash-separated paths in the order of their bytes, so that a folder is a range of an index on both engines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

# MySQL indexes 3072 bytes, a character may take four. Paths that agree up to here have one key.
KEY_CHARS = 750

PathKey = LargeBinary().with_variant(mysql.VARBINARY(KEY_CHARS * 4), "mysql")


class path_key_of(FunctionElement[bytes]):  # noqa: N801 - reads as the SQL function that it is
    """The key of a path column, as an expression for generated columns."""

    type = LargeBinary()
    inherit_cache = True


@compiles(path_key_of, "sqlite")
def _sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(substr({compiler.process(element.clauses, **options)}, 1, {KEY_CHARS}) AS BLOB)"


@compiles(path_key_of, "mysql")
def _mysql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(LEFT({compiler.process(element.clauses, **options)}, {KEY_CHARS}) AS BINARY)"


def path_key(path: str) -> bytes:
    """Return the key that the database makes of the path."""
    return path[:KEY_CHARS].encode()


def key_after(key: bytes) -> bytes | None:
    """Return the least key that is greater than all that begin with `key`, None when there is none (an empty key)."""
    trimmed = key.rstrip(b"\xff")
    return trimmed[:-1] + bytes([trimmed[-1] + 1]) if trimmed else None
