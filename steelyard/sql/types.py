"""Column types that mean the same on SQLite and on MySQL 8."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

# SQLite gives row ids only to INTEGER keys.
BigId = BigInteger().with_variant(Integer(), "sqlite")
LongText = Text().with_variant(mysql.LONGTEXT(collation="utf8mb4_bin"), "mysql")
LongBytes = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")


def Name(length: int) -> TypeEngine[str]:  # noqa: N802 - reads as a type in table definitions
    """Return a text of at most `length` characters that compares byte by byte on both engines."""
    return String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql")


class UtcTime(TypeDecorator[datetime]):
    """A moment with microseconds, stored without a zone in UTC and handed back as aware UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = mysql.DATETIME(fsp=6) if dialect.name == "mysql" else DateTime()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value.replace(tzinfo=UTC) if value else None
