"""The composition root: settings → adapters → ports → ASGI application. Knows everybody; only `cli` imports it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from starlette.types import ASGIApp

from steelyard import migrations
from steelyard.adapters.objects.open import bucket_origin, open_store
from steelyard.config.settings import Settings
from steelyard.context import SYSTEM, Context, Policy, Ports
from steelyard.domains.accounts import first_start, queries
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.service import NewUser
from steelyard.http.app import build_app
from steelyard.kernel.clock import utc_now
from steelyard.sql.dialect import insert_ignore
from steelyard.sql.engine import Database, open_database
from steelyard.worker.loop import Worker

log = structlog.get_logger()
_URL_KEY = "url_signing_key"


async def open_ports(settings: Settings, *, migrate: bool = True) -> Ports:
    """Connect to the database and the object store, bringing the schema up to date unless told otherwise."""
    database = open_database(settings.database.url, settings.data_dir, settings.database.max_connections)
    if migrate and await migrations.upgrade(database):
        log.info("database schema is up to date", revision=migrations.head_revision())
    return Ports(
        database=database,
        objects=open_store(settings.objects, settings.data_dir, await _signing_key(database)),
        clock=utc_now,
        policy=Policy(
            signup_open=settings.accounts.signup,
            session_hours=settings.accounts.session_hours,
            heartbeat_grace_s=settings.runs.heartbeat_grace_s,
            url_ttl_s=settings.objects.url_ttl_s,
            public_url=settings.server.public_url.rstrip("/"),
        ),
    )


async def _signing_key(database: Database) -> str:
    """Return the secret all processes sign local URLs with, made once."""
    async with database.read() as conn:
        found = await queries.find_secret(conn, _URL_KEY)
    if found:
        return found
    async with database.write() as conn:
        await insert_ignore(conn, t.server_secrets, {"name": _URL_KEY, "value": secrets.token_hex(32)})
        made = await queries.find_secret(conn, _URL_KEY)
    assert made, "it was just written"
    return made


def system_context(ports: Ports) -> Context:
    return Context(ports=ports, identity=SYSTEM, origin=ports.policy.public_url)


async def close_ports(ports: Ports) -> None:
    await ports.objects.close()
    await ports.database.close()


def make_app(settings: Settings, ports: Ports, *, announce: str) -> ASGIApp:
    """Return the server. `announce` is the address printed in the first-start link when no public URL is set."""
    worker = Worker(system_context(ports))

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        await _announce_first_start(settings, ports, announce)
        async with worker.running():
            yield

    return build_app(ports, lifespan, bucket_origin(settings.objects))


async def _announce_first_start(settings: Settings, ports: Ports, announce: str) -> None:
    ctx, given = system_context(ports), settings.accounts
    if given.admin_username and (given.admin_password or given.admin_api_key):
        spec = NewUser(
            given.admin_username,
            given.admin_email,
            password=given.admin_password or None,
            api_key=given.admin_api_key or None,
            is_admin=True,
        )
        if await first_start.create_configured_admin(ctx, spec):
            log.info("made the first administrator from the settings", username=spec.username)
    token = await first_start.setup_token(ctx)
    if token:
        origin = ports.policy.public_url or announce
        log.info("no account exists yet: open this link to make the first administrator", link=f"{origin}/setup?token={token}")
