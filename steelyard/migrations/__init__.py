"""Brings the database to this release's schema.

Migrations are numbered, one line for both engines. MySQL commits each DDL statement by itself, so every migration is
written to be restartable, and one process migrates at a time.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.kernel.errors import Unavailable
from steelyard.migrations.versions_table import alembic_version
from steelyard.sql.engine import Database

_FOLDER = Path(__file__).parent
# How long a starting process waits for another one that is migrating.
_LOCK_WAIT_S = 600


def head_revision() -> str:
    """Return the newest revision this release knows."""
    return max(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


async def current_revision(conn: AsyncConnection) -> str | None:
    """Return the revision of the database, None for an empty one."""
    if not await conn.run_sync(lambda sync: inspect(sync).has_table(alembic_version.name)):
        return None
    return (await conn.execute(select(alembic_version.c.version_num))).scalar()


async def upgrade(database: Database) -> bool:
    """Bring the schema to `head_revision`; return whether anything was done. Waits for another migrating process.

    Raises `Unavailable` when the other process takes longer than ten minutes.
    """
    async with database.read() as conn:
        if await current_revision(conn) == head_revision():
            return False
    if database.is_sqlite:
        async with database.write() as conn:
            await conn.run_sync(_upgrade)
        return True
    async with database.engine.connect() as conn:
        if not (await conn.execute(select(func.get_lock("steelyard_migrate", _LOCK_WAIT_S)))).scalar():
            raise Unavailable("another process is still migrating the database; start again when it is done")
        try:
            await conn.run_sync(_upgrade)
            await conn.commit()
        finally:
            await conn.execute(select(func.release_lock("steelyard_migrate")))
    return True


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
