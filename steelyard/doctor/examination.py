"""All checks of a server's settings, in an order in which the first fault is the one to mend."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from steelyard.adapters.mail.smtp import open_mailer
from steelyard.adapters.objects.open import open_store
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.config import sources
from steelyard.config.bucket_url import Bucket
from steelyard.config.container_url import Container
from steelyard.config.mysql_url import MysqlAddress
from steelyard.config.notes import Note
from steelyard.config.places import bucket_of, folder_of_objects, mysql_of, public_endpoint_of
from steelyard.config.settings import Settings
from steelyard.config.team_buckets import team_places
from steelyard.doctor.address import look_at_address
from steelyard.doctor.consistency import look_at_consistency
from steelyard.doctor.findings import Finding, Level, fail, info, ok, warn
from steelyard.doctor.folders import look_at_data_folder, look_at_writing
from steelyard.doctor.ldap import look_at_ldap
from steelyard.doctor.mail import look_at_mail
from steelyard.doctor.mysql import look_at_mysql
from steelyard.doctor.schema import look_at_schema
from steelyard.doctor.slack import look_at_slack
from steelyard.doctor.sso import look_at_sso
from steelyard.doctor.store_check import Readers
from steelyard.doctor.stores import look_at_store
from steelyard.kernel.errors import Invalid, SteelyardError
from steelyard.opening import find_signing_key
from steelyard.sql.engine import Database, open_database

LOCAL = "http://localhost:8080"


# What may be looked at by itself.
AREAS = ("settings", "database", "objects", "consistency", "address", "mail", "slack", "sso", "ldap")


async def examine(
    flags: Mapping[str, Any], env: Mapping[str, str], areas: Collection[str] = AREAS, *, deep: bool = False
) -> AsyncIterator[Finding]:
    """Yield every finding as soon as it is there. Nothing is migrated, and no data folder is made.

    With `deep` the object of every row is looked for, else those of a sample.
    """
    try:
        loaded = sources.load(flags, env)
        sources.trust(loaded.settings)
    except Invalid as error:
        yield fail("settings", error.message, "values that can be read", "the variable that is named")
        return
    settings = loaded.settings
    looks = {
        "settings": _look_at_settings(loaded.notes, settings),
        "database": _look_at_database(settings),
        "objects": _look_at_objects(settings),
        "consistency": _look_at_consistency(settings, deep=deep),
        "address": _look_at_address(settings),
        "mail": _look_at_mail(settings),
        "slack": _look_at_slack(settings),
        "sso": look_at_sso(settings.sso, settings.server.public_url, restoring=settings.accounts.restore),
        "ldap": look_at_ldap(settings.ldap, restoring=settings.accounts.restore),
    }
    for area in AREAS:
        if area in areas:
            async for finding in looks[area]:
                yield finding


async def _look_at_settings(notes: Sequence[Note], settings: Settings) -> AsyncIterator[Finding]:
    for note in notes:
        if note.is_warning:
            yield warn(
                "settings", str(note), "settings that have an effect", "remove it, or see docs/reference/settings.md"
            )
        else:
            yield info("settings", str(note))
    if not notes:
        yield ok("settings", "all that is set has an effect")
    if settings.runs.trash_days:
        fix = "wanted? then make backups that are older; STEELYARD_RUNS_TRASH_DAYS=0 keeps them"
        yield info("settings.trash", f"deleted runs are destroyed after {settings.runs.trash_days} days", fix=fix)


async def _look_at_database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        address = mysql_of(settings.database)
        if address is None:
            async for finding in _look_at_sqlite(settings):
                yield finding
            return
        database = open_database(address, settings.data_dir, 1)
    except SteelyardError as error:
        yield fail("mysql.encryption", error.message, "certificates that can be read", "the paths in the database URL")
        return
    try:
        pool, processes = settings.database.max_connections, max(settings.limits.processes, 1)
        async for finding in look_at_mysql(address, database, processes, pool):
            yield finding
    finally:
        await database.close()


async def _look_at_sqlite(settings: Settings) -> AsyncIterator[Finding]:
    found = list(look_at_data_folder(settings.data_dir))
    for finding in found:
        yield finding
    if not (settings.data_dir / "steelyard.db").exists():
        if not any(finding.level is Level.FAIL for finding in found):
            yield info("database.schema", "no database yet", fix="the first start of the server makes it")
        return
    database = open_database(None, settings.data_dir, 1)
    try:
        async with database.write() as conn:  # takes the write lock, so that a program that holds it shows
            yield await look_at_schema(conn)
        yield ok("sqlite.version", sqlite3.sqlite_version)
    except (SQLAlchemyError, OSError) as error:
        fix = "no other program may hold the file for long; if it is damaged, restore the last backup"
        yield fail(
            "sqlite.file", f"{settings.data_dir / 'steelyard.db'}: {_first_line(error)}", "a sound database", fix
        )
    finally:
        await database.close()


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).partition("\n")[0]


async def _look_at_objects(settings: Settings) -> AsyncIterator[Finding]:
    bucket = bucket_of(settings.objects)
    if bucket is None:
        yield look_at_writing("folder.objects", folder_of_objects(settings.objects, settings.data_dir))
    else:
        async for finding in look_at_store(bucket, readers_of(settings)):
            yield finding
    async for finding in _look_at_team_buckets(settings):
        yield finding


async def _look_at_team_buckets(settings: Settings) -> AsyncIterator[Finding]:
    """Look at each as at the main one; what is seen says which it is."""
    try:
        places = team_places(settings.objects, settings.data_dir)
    except Invalid as error:
        yield fail("team_bucket.setting", error.message, "places side by side", "STEELYARD_OBJECTS_TEAM_BUCKETS")
        return
    for place in places:
        if isinstance(place.where, Path):
            found = look_at_writing("team_bucket.folder", place.where)
            yield replace(found, seen=f"{place.name}: {found.seen}")
            continue
        async for found in look_at_store(place.where, readers_of(settings, bucket=place.where)):
            id_ = f"team_bucket.{found.id.partition('.')[2]}"
            yield replace(found, id=id_, seen=f"{place.name}: {found.seen}")


async def _look_at_consistency(settings: Settings, *, deep: bool) -> AsyncIterator[Finding]:
    """Compare rows and objects, where there is a database of this release; what else is wrong others say."""
    id_ = "consistency"
    try:
        address = mysql_of(settings.database)
        if address is None and not (settings.data_dir / "steelyard.db").exists():
            yield info(id_, "no database yet")
            return
        async with _opened(address, settings) as database:
            async with database.read() as conn:
                schema = await look_at_schema(conn)
            if schema.level is not Level.OK:
                yield warn(id_, "not looked at", "a database of this release", "see database.schema")
                return
            store = open_store(settings.objects, settings.data_dir, "")
            try:
                async for finding in look_at_consistency(database, store, deep=deep):
                    yield finding
            finally:
                await store.close()
    except (SQLAlchemyError, SteelyardError, OSError) as error:
        yield warn(id_, f"not looked at: {_first_line(error)}", "a database that answers", "see --only database")


@asynccontextmanager
async def _opened(address: MysqlAddress | None, settings: Settings) -> AsyncIterator[Database]:
    database = open_database(address, settings.data_dir, 1)
    try:
        yield database
    finally:
        await database.close()


def readers_of(settings: Settings, origin: str = "", bucket: Bucket | Container | None = None) -> Readers:
    """Return who reads the main bucket, or another one."""
    asked = (origin or settings.server.public_url).rstrip("/") or LOCAL
    # behind the server nobody else reaches the store
    public = "" if settings.objects.proxied else public_endpoint_of(settings.objects, bucket)
    return Readers(asked, public, settings.objects.proxied, settings.objects.purge_versions)


async def _look_at_address(settings: Settings) -> AsyncIterator[Finding]:
    key = await _signing_key(settings)
    signer = UrlSigner(key) if key else None
    async for finding in look_at_address(settings.server.public_url, signer, settings.server.trusted_proxies):
        yield finding


async def _look_at_mail(settings: Settings) -> AsyncIterator[Finding]:
    try:
        yield await look_at_mail(open_mailer(settings.mail, settings.server.public_url))
    except SteelyardError as error:
        yield fail("mail.server", error.message, "a mail server", "STEELYARD_MAIL_URL, or its parts")


async def _look_at_slack(settings: Settings) -> AsyncIterator[Finding]:
    yield await look_at_slack(settings.slack)


async def _signing_key(settings: Settings) -> str:
    """Return the secret of the server that runs on this database, empty when none ever has, or it cannot be asked."""
    if not settings.server.public_url:
        return ""
    database: Database | None = None
    try:
        address = mysql_of(settings.database)
        if address is None and not (settings.data_dir / "steelyard.db").exists():
            return ""
        database = open_database(address, settings.data_dir, 1)
        return await find_signing_key(database) or ""
    except (SQLAlchemyError, SteelyardError, OSError):
        return ""
    finally:
        if database is not None:
            await database.close()
