"""Statements about many rows mean the same on both engines, whatever the rows hold."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Boolean, Column, Float, Integer, MetaData, Select, Table, UniqueConstraint, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.config.sources import load
from steelyard.opening import close_ports, open_ports
from steelyard.sql.engine import Database
from steelyard.sql.many import AT_ONCE, AT_ONCE_BYTES, insert_many, select_in, update_many, upsert_many
from steelyard.sql.types import BigId, LongBytes, LongText, Name, UtcTime
from tests.harness.engines import Engine

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOMENT = datetime(2025, 6, 1, 12, 30, 15, 123456, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
NASTY = "100% of 'it' \\ \" %s ? 😀"

kinds = Table(
    "kinds_of_values",
    MetaData(),
    Column("id", BigId, primary_key=True),
    Column("name", Name(64), nullable=False),
    Column("body", LongBytes),
    Column("text", LongText),
    Column("number", Float),
    Column("is_on", Boolean),
    Column("at", UtcTime),
    Column("version", Integer, nullable=False, server_default="0"),
    UniqueConstraint("name"),
    sqlite_autoincrement=True,
)
defaulted = Table("defaulted", MetaData(), Column("id", BigId, primary_key=True), Column("count", Integer, default=1))
# By a name, for an id that the engine gives may be any.
_BY_NUMBER: Select[Any] = select(kinds.c.name).where(kinds.c.number.in_(bindparam("ids", expanding=True)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    folder: Path = tmp_path_factory.mktemp("many-rows")
    with engine.fresh() as env:
        ports = await open_ports(load({"data_dir": folder}, env).settings)
        async with ports.database.engine.begin() as conn:
            await conn.run_sync(kinds.metadata.create_all)
        yield ports.database
        await close_ports(ports)


def row(name: str, **values: Any) -> dict[str, Any]:
    return {
        "name": name,
        "body": b"\0\x80'%\\" * 3,
        "text": NASTY,
        "number": 0.1,
        "is_on": True,
        "at": MOMENT,
        **values,
    }


async def stored(database: Database, *names: str) -> list[dict[str, Any]]:
    async with database.read() as conn:
        found = await conn.execute(select(kinds).where(kinds.c.name.in_(names)).order_by(kinds.c.id))
        return [dict(item._mapping) for item in found]


async def test_rows_are_inserted_in_order_with_every_kind_of_value(database: Database) -> None:
    rows = [row("b"), row("a", body=None, text=None, number=None, is_on=None, at=None), row("c", is_on=False, at=LATER)]
    await database.write_at_once(lambda conn: insert_many(conn, kinds, rows))
    found = await stored(database, "a", "b", "c")
    assert [{name: item[name] for name in rows[0]} for item in found] == rows


async def test_more_rows_than_a_statement_takes(database: Database) -> None:
    rows = [row(f"many-{number}", number=float(number)) for number in range(2 * AT_ONCE + 7)]
    wanted = list(range(1, 2 * AT_ONCE + 7))

    async def work(conn: AsyncConnection) -> list[str]:
        await insert_many(conn, kinds, rows)
        return [item[0] for item in await select_in(conn, _BY_NUMBER, wanted)]

    assert set(await database.write_at_once(work)) == {f"many-{number}" for number in wanted}


async def test_rows_longer_than_a_statement_may_be(database: Database) -> None:
    rows = [row(f"long-{size}", body=bytes(size)) for size in (AT_ONCE_BYTES // 2, 2 * AT_ONCE_BYTES, 10, 20)]
    # with what encoding adds, all of them would be close to the bound of MySQL
    rows += [row(f"longer-{number}", body=bytes(AT_ONCE_BYTES - number)) for number in range(4)]
    await database.write_at_once(lambda conn: insert_many(conn, kinds, rows))
    found = await stored(database, *(item["name"] for item in rows))
    assert [len(item["body"]) for item in found] == [len(item["body"]) for item in rows]


async def test_an_upsert_changes_only_what_it_is_told_to(database: Database) -> None:
    await database.write_at_once(lambda conn: insert_many(conn, kinds, [row("old", number=1.5)]))
    rows = [row("old", number=2.5, text="new", at=LATER), row("fresh", number=3.5)]
    await database.write_at_once(lambda conn: upsert_many(conn, kinds, rows, ("name",), ("number", "at")))
    old, fresh = await stored(database, "old", "fresh")
    assert (old["number"], old["at"], old["text"]) == (2.5, LATER, NASTY)
    assert (fresh["number"], fresh["at"], fresh["text"]) == (3.5, MOMENT, NASTY)


async def test_an_update_sets_each_row_by_itself_and_counts_up(database: Database) -> None:
    await database.write_at_once(lambda conn: insert_many(conn, kinds, [row("u1"), row("u2"), row("u3")]))
    ids = {item["name"]: item["id"] for item in await stored(database, "u1", "u2", "u3")}
    changes = [
        {"id": ids["u1"], "text": None, "at": LATER, "is_on": False},
        {"id": ids["u3"], "text": "x" * 100_000 + NASTY, "at": None, "is_on": True},
        {"id": 10**9, "text": "of nobody", "at": None, "is_on": True},
    ]
    for _ in range(2):
        await database.write_at_once(lambda conn: update_many(conn, kinds, changes, count_up="version"))
    first, second, third = await stored(database, "u1", "u2", "u3")
    assert (first["text"], first["at"], first["is_on"], first["version"]) == (None, LATER, False, 2)
    assert (second["text"], second["at"], second["is_on"], second["version"]) == (NASTY, MOMENT, True, 0)
    assert (third["text"], third["at"], third["version"]) == ("x" * 100_000 + NASTY, None, 2)


async def test_rows_named_by_two_columns_are_changed_where_both_fit(database: Database) -> None:
    names = f"Ü {NASTY}", "both"
    await database.write_at_once(lambda conn: insert_many(conn, kinds, [row(name) for name in names]))
    ids = [item["id"] for item in await stored(database, *names)]
    changes = [{"id": ids[0], "name": names[0], "text": "new"}, {"id": ids[1], "name": "Both", "text": "new"}]
    await database.write_at_once(lambda conn: update_many(conn, kinds, changes, named_by=2))
    assert [item["text"] for item in await stored(database, *names)] == ["new", NASTY]


async def test_no_rows_are_no_statement(database: Database) -> None:
    async def work(conn: AsyncConnection) -> list[Any]:
        await insert_many(conn, kinds, [])
        await upsert_many(conn, kinds, [], ("name",), ("text",))
        await update_many(conn, kinds, [], count_up="version")
        return await select_in(conn, _BY_NUMBER, [])

    assert await database.write_at_once(work) == []


async def test_a_default_of_python_is_not_lost_unseen(database: Database) -> None:
    with pytest.raises(AssertionError, match="a default would be lost"):
        await database.write_at_once(lambda conn: insert_many(conn, defaulted, [{"id": 1}]))
