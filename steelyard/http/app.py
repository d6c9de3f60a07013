"""The ASGI application: hot routes first, then the clients' routes, the web app's own, and its pages.

Starlette matches in order. Slices bring their web-app routes in `domains/*/routes.py` as `routes`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

import steelyard.domains
from steelyard.adapters.objects.signing import OwnReads
from steelyard.context import SYSTEM, Context, Ports
from steelyard.domains.accounts.identities import Authenticator
from steelyard.domains.files import service as files
from steelyard.http.callers import Callers
from steelyard.http.errors import error_response, on_error
from steelyard.http.graphql_app import GraphQLEndpoint
from steelyard.http.health import Health
from steelyard.http.objects import ObjectRoutes, is_object_request
from steelyard.http.probing import ECHO, STREAM, Probe
from steelyard.http.web_app import WebApp
from steelyard.ingest.admission import Admission
from steelyard.ingest.endpoint import FileStream, find_address
from steelyard.ingest.journal import Journal
from steelyard.kernel.errors import NotFound, SteelyardError
from steelyard.ports.objects import StoredObject
from steelyard.rest.routes import Handler, RouteTable, json_response

Lifespan = Callable[[], Any]


def build_app(ports: Ports, lifespan: Lifespan, bucket_origin: str = "") -> ASGIApp:
    """Assemble everything that answers HTTP. `lifespan` starts and stops what runs beside the requests."""
    authenticator = Authenticator(ports)
    callers, journal = Callers(ports, authenticator), Journal(ports)
    system = Context(ports=ports, identity=SYSTEM, origin=ports.policy.public_url)
    web, health = WebApp(bucket_origin), Health(ports)
    routes: list[BaseRoute] = [
        Route("/graphql", GraphQLEndpoint(callers).answer, methods=["POST"]),
        Route("/healthz", health.alive),
        Route("/ready", health.ready),
        *_probes(ports),
        *(_mount(callers, *entry) for entry in _slice_routes()),
        Route("/app/{path:path}", _no_such_route, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]),
        Route("/assets/{path:path}", web.asset),
        Route("/favicon.svg", web.asset),
        Route("/{path:path}", web.page),
    ]

    @asynccontextmanager
    async def run(_app: Starlette) -> AsyncIterator[None]:
        async with lifespan():
            yield
            await journal.close()

    # our own failures are answers, named first: what only `Exception` catches is raised again and logged with its trace
    handlers = {SteelyardError: on_error, Exception: on_error}
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=run)
    stream = FileStream(system, Admission(ports, authenticator), journal)
    return RequestIds(HotFirst(stream, _objects(ports, system), app))


def _objects(ports: Ports, system: Context) -> ObjectRoutes | None:
    if not isinstance(ports.objects, OwnReads):
        return None

    async def on_stored(stored: StoredObject) -> None:
        await files.object_stored(system, stored)

    return ObjectRoutes(ports.objects, ports.objects.signer, on_stored)


def _probes(ports: Ports) -> list[BaseRoute]:
    if not isinstance(ports.objects, OwnReads):
        return []
    probe = Probe(ports.objects.signer)
    return [Route(f"/{ECHO}", probe.echo, methods=["POST"]), Route(f"/{STREAM}", probe.stream)]


def _slice_routes() -> list[tuple[str, str, Handler]]:
    found: list[tuple[str, str, Handler]] = []
    for module in pkgutil.walk_packages(steelyard.domains.__path__, "steelyard.domains."):
        if module.name.endswith(".routes"):
            table: RouteTable = importlib.import_module(module.name).routes
            found += table.entries
    return found


def _mount(callers: Callers, method: str, path: str, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        caller = await callers.of_browser(request)
        request.state.browser_session = caller.session
        value = await handler(caller.ctx, request)
        return value if isinstance(value, Response) else json_response(value)

    return Route(path, endpoint, methods=[method])


async def _no_such_route(request: Request) -> Response:
    raise NotFound(f"there is no route {request.url.path}")


class HotFirst:
    """Hands streams and objects, the bulk of all traffic, to their endpoints before any routing."""

    def __init__(self, stream: FileStream, objects: ObjectRoutes | None, app: ASGIApp) -> None:
        self._stream = stream
        self._objects = objects
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = find_address(scope)
        if address is not None:
            await self._stream(address, scope, receive, send)
        elif self._objects is not None and is_object_request(scope):
            await self._objects(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class RequestIds:
    """Outermost layer: gives each request an id, answers failures, and never lets one escape."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = token_hex(6)
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_with_id(message: Any) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message.setdefault("headers", []).append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            return
        except Exception as error:  # the last net: anything else would close the connection without an answer
            if started:
                raise
            await error_response(error, request_id, scope["path"])(scope, receive, send_with_id)
