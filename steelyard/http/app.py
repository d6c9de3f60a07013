"""The ASGI application: hot routes first, then the clients' routes, the web app's own, and its pages.

Starlette matches in order. Slices bring their web-app routes in `domains/*/routes.py` as `routes`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from steelyard.adapters.objects.routed import RoutedStore
from steelyard.context import SYSTEM, Context, Ports
from steelyard.domains import modules_named
from steelyard.domains.accounts.identities import Authenticator
from steelyard.domains.files import service as files
from steelyard.domains.scim.refusals import Refused
from steelyard.http.callers import Callers
from steelyard.http.errors import on_error
from steelyard.http.graphql_app import GraphQLEndpoint
from steelyard.http.health import ALIVE, READY, Health
from steelyard.http.monitoring import Monitoring
from steelyard.http.objects import ObjectRoutes, is_object_request
from steelyard.http.probing import ECHO, STREAM, Probe
from steelyard.http.requests import Requests
from steelyard.http.web_app import WebApp
from steelyard.ingest.admission import Admission
from steelyard.ingest.endpoint import FileStream, find_address
from steelyard.ingest.journal import Journal
from steelyard.kernel.errors import NotFound, SteelyardError
from steelyard.ports.objects import StoredObject
from steelyard.rest.routes import Handler, RouteTable, json_response

Lifespan = Callable[[], Any]


@dataclass(frozen=True)
class Options:
    """What only this layer has to know. `bucket_origins` is where signed URLs lead when not to ourselves."""

    bucket_origins: str = ""
    access_log: bool = True
    monitoring: Monitoring | None = None
    # Whose pages may ask with an API key of theirs; `*` for all.
    cors_origins: tuple[str, ...] = ()


DEFAULT = Options()


def build_app(ports: Ports, lifespan: Lifespan, options: Options = DEFAULT) -> ASGIApp:
    """Assemble everything that answers HTTP. `lifespan` starts and stops what runs beside the requests."""
    authenticator = Authenticator(ports)
    callers, journal = Callers(ports, authenticator), Journal(ports)
    system = Context(ports=ports, identity=SYSTEM, origin=ports.policy.public_url)
    web, health = WebApp(options.bucket_origins), Health(ports)
    routes: list[BaseRoute] = [
        Route("/graphql", GraphQLEndpoint(callers).answer, methods=["POST"]),
        *(Route(path, health.alive) for path in ALIVE),
        *(Route(path, health.ready) for path in READY),
        Route("/metrics", options.monitoring.answer if options.monitoring else _no_metrics),
        *_probes(ports),
        *(_mount(callers, *entry) for entry in _slice_routes()),
        Route("/app/{path:path}", _no_such_route, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]),
        Route("/scim/{path:path}", _no_such_scim_route, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]),
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
    asked = _open_to(options.cors_origins, app) if options.cors_origins else app
    return Requests(HotFirst(stream, _objects(ports, system, authenticator), asked), is_logged=options.access_log)


def _open_to(origins: tuple[str, ...], app: ASGIApp) -> ASGIApp:
    """Let pages of other origins ask with an API key: their requests come without cookies. Objects are open anyway."""
    return CORSMiddleware(
        app, origins, allow_methods=["*"], allow_headers=["*"], expose_headers=["ETag", "Retry-After"], max_age=3600
    )


def _objects(ports: Ports, system: Context, authenticator: Authenticator) -> ObjectRoutes | None:
    if not isinstance(ports.objects, RoutedStore):
        return None

    async def on_stored(stored: StoredObject) -> None:
        await files.object_stored(system, stored)

    return ObjectRoutes(ports.objects, ports.objects.signer, on_stored, authenticator.vouch)


def _probes(ports: Ports) -> list[BaseRoute]:
    if not isinstance(ports.objects, RoutedStore):
        return []
    probe = Probe(ports.objects.signer)
    return [Route(f"/{ECHO}", probe.echo, methods=["POST"]), Route(f"/{STREAM}", probe.stream)]


def _slice_routes() -> list[tuple[str, str, Handler]]:
    found: list[tuple[str, str, Handler]] = []
    for module in modules_named("routes"):
        table: RouteTable = module.routes
        found += table.entries
    return found


def _mount(callers: Callers, method: str, path: str, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        caller = await callers.of_browser(request)
        request.state.browser_session = caller.session
        value = await handler(caller.ctx, request)
        return value if isinstance(value, Response) else json_response(value)

    return Route(path, endpoint, methods=[method])


async def _no_metrics(_request: Request) -> Response:
    raise NotFound("metrics are at a port of their own: STEELYARD_METRICS_PORT, or here with STEELYARD_METRICS_ON_MAIN")


async def _no_such_route(request: Request) -> Response:
    raise NotFound(f"there is no route {request.url.path}")


async def _no_such_scim_route(request: Request) -> Response:
    if request.url.path == "/scim/.search":
        raise Refused("users and groups are searched one at a time", HTTPStatus.NOT_IMPLEMENTED)
    ours = [route for route in request.app.routes if route.path.startswith("/scim/")]
    if any(route.matches(request.scope)[0] is Match.PARTIAL for route in ours):
        raise Refused(f"{request.method} is not possible there", HTTPStatus.METHOD_NOT_ALLOWED)
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
