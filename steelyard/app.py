"""The composition root: settings and ports → ASGI application with the work beside it. Only `cli` imports it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace

import structlog
from starlette.types import ASGIApp

from steelyard.adapters.objects.open import bucket_origins
from steelyard.config.settings import Settings
from steelyard.context import Ports
from steelyard.domains.accounts import first_start, links
from steelyard.domains.accounts.service import NewUser
from steelyard.domains.admin.features import unknown_names
from steelyard.http.app import Options, build_app
from steelyard.http.monitoring import Monitoring
from steelyard.opening import system_context
from steelyard.worker.loop import Worker

log = structlog.get_logger()


def make_app(settings: Settings, ports: Ports, *, announce: str) -> ASGIApp:
    """Return the server. `announce` is the address printed in the first-start link when no public URL is set."""
    worker, metrics = Worker(system_context(ports)), settings.metrics
    monitoring = Monitoring(ports) if metrics.port or metrics.on_main else None

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        await _announce_first_start(ports, announce)
        if settings.accounts.restore:
            await _announce_restore(ports, announce)
        for name in unknown_names(ports.policy.features_off):
            log.warning("features.off names a capability that this release does not know", name=name)
        exposed = (
            monitoring.running(metrics.host or settings.server.host, metrics.port) if monitoring else nullcontext()
        )
        async with exposed, worker.running() if settings.worker.inside_serve else nullcontext():
            yield

    beside = monitoring if metrics.on_main else None
    named = settings.server.cors_origins.replace(",", " ").split()
    # the chart of W&B Server adds `null`, for a form that we take without
    origins = tuple(origin.rstrip("/") for origin in named if origin != "null")
    outside = bucket_origins(settings.objects, settings.data_dir)
    return build_app(ports, lifespan, Options(outside, settings.logs.access, beside, origins))


async def make_configured_admin(settings: Settings, ports: Ports) -> None:
    """Make the first administrator whom the settings name, unless an account exists.

    Raises `Invalid` for a name or a password that cannot be used.
    """
    given = settings.accounts
    if not given.admin_username or not (given.admin_password or given.admin_api_key):
        return
    spec = NewUser(
        given.admin_username,
        given.admin_email,
        password=given.admin_password or None,
        api_key=given.admin_api_key or None,
        is_admin=True,
    )
    if await first_start.create_configured_admin(system_context(ports), spec):
        log.info("made the first administrator from the settings", username=spec.username)


async def _announce_restore(ports: Ports, announce: str) -> None:
    ctx = system_context(ports)
    made = await links.restore_link(replace(ctx, origin=ctx.origin or announce))
    if made is not None:
        message = f"open this link to choose a new password for {made.link.username}: {made.url}"
        log.info(message)


async def _announce_first_start(ports: Ports, announce: str) -> None:
    token = await first_start.setup_token(system_context(ports))
    if token:
        link = f"{ports.policy.public_url or announce}/setup?token={token}"
        message = f"no account exists yet; open this link to make the first administrator: {link}"
        log.info(message)
