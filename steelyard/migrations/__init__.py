"""Brings the database to this release's schema.

Migrations are numbered, one line for both engines. MySQL commits each DDL statement by itself, so every migration is
written to be restartable, and one process migrates at a time.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.kernel.errors import Invalid, Unavailable
from steelyard.migrations.versions_table import alembic_version
from steelyard.sql.engine import Database

_FOLDER = Path(__file__).parent
# How long a starting process waits for another one that is migrating.
_LOCK_WAIT_S = 600
_OURS = re.compile(r"[0-9]{4}")


def head_revision() -> str:
    """Return the newest revision this release knows."""
    return max(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


def pending(found: str | None) -> list[str]:
    """Return the names of the migrations that a database at revision `found` lacks, in their order."""
    names = sorted(path.stem for path in (_FOLDER / "versions").glob("[0-9]*.py"))
    return [name for name in names if found is None or name[:4] > found]


async def current_revision(conn: AsyncConnection) -> str | None:
    """Return the revision of the database, None for an empty one."""
    if not await conn.run_sync(lambda sync: inspect(sync).has_table(alembic_version.name)):
        return None
    return (await conn.execute(select(alembic_version.c.version_num))).scalar()


async def foreign_tables(conn: AsyncConnection) -> list[str]:
    """Return the tables of a database that some other program uses; none for an empty one and for ours."""
    names = await conn.run_sync(lambda sync: inspect(sync).get_table_names())
    if alembic_version.name in names:
        revision = await current_revision(conn)
        # other programs are migrated by the same tool, and number in other ways
        return [] if revision is None or _OURS.fullmatch(revision) else sorted(names)
    return sorted(names)


async def upgrade(database: Database, to: str | None = None) -> bool:
    """Bring the schema to a revision, `head_revision` if none is given; return whether it was older.

    Waits for another migrating process. A newer schema stays as it is: releases work on that of the next one. Raises
    `Unavailable` when the other process takes longer than ten minutes, `Invalid` for a database that holds tables of
    another program: nothing is changed.
    """
    to = to or head_revision()
    async with database.read() as conn:
        found = await current_revision(conn)
        if found == to:
            return False
        foreign = await foreign_tables(conn)
    if foreign:
        raise Invalid(
            f"the database holds {len(foreign)} tables that are not ours, such as {', '.join(foreign[:3])}; nothing was"
            " changed. Make an empty database on the same server and name it in the database setting"
        )
    if found is not None and found > to:
        return False
    if database.is_sqlite:
        async with database.write() as conn:
            await conn.run_sync(_upgrade, to)
        return True
    async with database.engine.connect() as conn:
        if not (await conn.execute(select(func.get_lock("steelyard_migrate", _LOCK_WAIT_S)))).scalar():
            raise Unavailable("another process is still migrating the database; start again when it is done")
        try:
            await conn.run_sync(_upgrade, to)
            await conn.commit()
        finally:
            await conn.execute(select(func.release_lock("steelyard_migrate")))
    return True


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)
