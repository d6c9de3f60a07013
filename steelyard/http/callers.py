"""Makes the `Context` of a request: who calls, by key or by browser session, and under which public URL."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from steelyard.context import Context, Identity, Ports
from steelyard.domains.accounts.credentials import Authenticator
from steelyard.domains.accounts.model import BrowserSession
from steelyard.kernel.errors import Denied, Unauthenticated

SESSION_COOKIE = "steelyard_session"
CSRF_HEADER = "x-csrf-token"
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class BrowserCaller:
    """A request of the web app; `session` is None before sign-in."""

    ctx: Context
    session: BrowserSession | None


class Callers:
    """Knows how requests prove who sends them."""

    def __init__(self, ports: Ports, authenticator: Authenticator) -> None:
        self._ports = ports
        self._authenticator = authenticator

    async def of_api(self, request: HTTPConnection) -> Context:
        """Return the context of a client request. Raises `Unauthenticated` without a good API key."""
        identity = await self._authenticator.by_header(request.headers.get("authorization", ""))
        return self._context(request, identity)

    async def of_browser(self, request: HTTPConnection) -> BrowserCaller:
        """Return the context of a web-app request, by session cookie or API key.

        Raises `Denied` when an unsafe method of a session lacks its CSRF token.
        """
        if "authorization" in request.headers:
            return BrowserCaller(await self.of_api(request), None)
        token = request.cookies.get(SESSION_COOKIE)
        found = await self._authenticator.by_session(token) if token else None
        if found is None:
            return BrowserCaller(self._context(request, None), None)
        identity, session = found
        if request.scope.get("method", "GET") not in _SAFE:
            given = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(given.encode(), session.csrf_token.encode()):
                raise Denied("the request lacks its CSRF token; reload the page")
        return BrowserCaller(self._context(request, identity), session)

    async def of_any(self, request: HTTPConnection) -> Context:
        """Return the context of a download that either a client or a browser may make."""
        caller = await self.of_browser(request)
        if caller.ctx.identity is None:
            raise Unauthenticated("user is not logged in")
        return caller.ctx

    def _context(self, request: HTTPConnection, identity: Identity | None) -> Context:
        return Context(
            ports=self._ports,
            identity=identity,
            origin=self._ports.policy.public_url or f"{request.url.scheme}://{request.url.netloc}",
            request_id=request.scope.get("state", {}).get("request_id", ""),
            headers={key: value for key, value in request.headers.items() if key.startswith("x-wandb-")},
        )
