"""Rows of a table as Parquet, in types that both databases have; and back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary, String, Table, column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import TableClause

from steelyard.sql.types import UtcTime

# Rows that are in memory at once, and at most so many bytes of long ones.
BATCH_ROWS = 5_000
BATCH_BYTES = 32 << 20
_MOMENT = pa.timestamp("us", tz="UTC")


def _arrow_type(of: Column[Any]) -> pa.DataType:
    kinds: list[tuple[type, pa.DataType]] = [
        (UtcTime, _MOMENT),
        (Boolean, pa.bool_()),
        (Integer, pa.int64()),
        (Float, pa.float64()),
        (LargeBinary, pa.large_binary()),
    ]
    return next((arrow for kind, arrow in kinds if isinstance(of.type, kind)), pa.large_string())


_SQL_TYPES: list[tuple[Any, Any]] = [
    (pa.types.is_timestamp, UtcTime()),
    (pa.types.is_boolean, Boolean()),
    (pa.types.is_integer, BigInteger()),
    (pa.types.is_floating, Float()),
    (pa.types.is_large_binary, LargeBinary()),
    (pa.types.is_large_string, String()),
]


async def write_rows(conn: AsyncConnection, source: Table, path: Path) -> AsyncIterator[int]:
    """Write all rows to a file, yielding how many each step wrote."""
    stored = [item for item in source.columns if item.computed is None]
    schema = pa.schema([(item.name, _arrow_type(item)) for item in stored])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        found = await conn.stream(select(*stored).order_by(*source.primary_key.columns))
        batch: list[Any] = []
        size = 0
        async for row in found:
            batch.append(row)
            size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
            if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
                yield _write(writer, schema, batch)
                batch, size = [], 0
        yield _write(writer, schema, batch)


def _write(writer: pq.ParquetWriter, schema: pa.Schema, batch: list[Any]) -> int:
    columns = list(zip(*batch, strict=True)) if batch else [()] * len(schema)
    arrays = [pa.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)]
    writer.write_batch(pa.record_batch(arrays, schema=schema))
    return len(batch)


def read_rows(path: Path) -> tuple[list[tuple[str, Any]], Iterator[list[dict[str, Any]]]]:
    """Return the columns with their SQL types, and the rows in batches."""
    file = pq.ParquetFile(path)
    columns = [(item.name, _sql_type(item.type)) for item in file.schema_arrow]
    return columns, (batch.to_pylist() for batch in file.iter_batches(BATCH_ROWS))


def _sql_type(kind: pa.DataType) -> Any:
    return next(sql for fits, sql in _SQL_TYPES if fits(kind))


def target_of(name: str, columns: list[tuple[str, Any]]) -> TableClause:
    """Return the table to insert into as the snapshot knows it, which may be older than this release."""
    return table(name, *(column(item, kind) for item, kind in columns))


def with_zones(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows whose moments are aware, in UTC."""
    for row in rows:
        for name, value in row.items():
            if hasattr(value, "astimezone"):
                row[name] = value.astimezone(UTC)
    return rows
