"""`steelyard serve`: the whole server in one process."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from steelyard.cli.loading import uncollected
from steelyard.cli.running import failures_in_a_line, load_origins, traced
from steelyard.config.groups.places import ServerSettings
from steelyard.config.sources import Loaded
from steelyard.kernel.errors import Invalid, Unavailable
from steelyard.opening import close_ports, open_ports, with_settings

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

# The thread that commits wants the interpreter for a moment between two statements, and those who wait for the commit
# wait for that: with Python's own 5 ms, requests take a quarter longer under load.
SWITCH_INTERVAL_S = 0.0005


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="data folder (STEELYARD_DATA_DIR)")
@click.option("--host", help="address to listen on")
@click.option("--port", type=int, help="port to listen on")
def serve(data: Path | None, host: str | None, port: int | None) -> None:
    """Start the server."""
    loaded = load_origins(data, tell=True, **{"server.host": host, "server.port": port})
    settings = loaded.settings
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with failures_in_a_line(), traced(settings), asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(loaded))


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.Loop


async def _serve(loaded: Loaded) -> None:
    with uncollected():
        from steelyard.app import make_app, make_configured_admin
        from steelyard.http.forwarded import ForwardedHeaders
        from steelyard.http.server import Draining, Server

    settings, server = loaded.settings, loaded.settings.server
    listener = _listen(server.host, server.port)
    shown = "localhost" if server.host in {"0.0.0.0", "127.0.0.1", "::"} else server.host  # noqa: S104 - compared only
    tls = _tls_of(server)
    address = f"{'https' if tls else 'http'}://{shown}:{listener.getsockname()[1]}"
    ports = with_settings(await open_ports(settings), loaded)
    try:
        await make_configured_admin(settings, ports)
        with uncollected():
            app = ForwardedHeaders(Draining(make_app(settings, ports, announce=address), ports), server.trusted_proxies)
        _keep_what_is_loaded()
        click.echo(f"Steelyard serves {address}  (data in {settings.data_dir})", err=True)
        await Server(_http_config(app, tls), ports, server.drain_s).serve(sockets=[listener])
    finally:
        await close_ports(ports)


def _keep_what_is_loaded() -> None:
    """Take modules and tables out of garbage collection: it stops all requests, 100 ms each time, and finds nothing."""
    gc.collect()
    gc.freeze()


def _http_config(app: ASGIApp, tls: tuple[str, str] | None) -> uvicorn.Config:
    import uvicorn

    from steelyard.http.bulk import BulkProtocol

    return uvicorn.Config(
        app,
        loop="none",
        http=BulkProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        proxy_headers=False,  # ours knows more of them
        timeout_keep_alive=75,
        timeout_graceful_shutdown=20,
        server_header=False,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
    )


def _tls_of(server: ServerSettings) -> tuple[str, str] | None:
    """Return the files of certificate and key, None for plain HTTP. Raises `Invalid` for files that do not fit."""
    if not server.tls_certificate:
        return None
    key = server.tls_key or server.tls_certificate
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(server.tls_certificate, key)
    except OSError as error:  # of which those of OpenSSL are
        names = "STEELYARD_SERVER_TLS_CERTIFICATE, STEELYARD_SERVER_TLS_KEY"
        raise Invalid(f"{names}: {server.tls_certificate} and {key} cannot be used: {error}") from error
    return server.tls_certificate, key


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else, so that a second server on it ends without touching the data.

    `::` means every address, those of IPv4 too. Raises `Unavailable` when it is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()
    try:
        return socket.create_server((host, port), family=family, dualstack_ipv6=both)
    except (OSError, OverflowError) as error:
        raise Unavailable(f"cannot listen on {host}:{port}: {error}") from error
