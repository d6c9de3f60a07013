"""Makes the `Context` of a request: who calls, by key or by browser session, and under which public URL."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from steelyard.context import ANONYMOUS, Context, Identity, Ports
from steelyard.domains.accounts.cookies import session_cookie
from steelyard.domains.accounts.identities import Authenticator
from steelyard.domains.accounts.model import BrowserSession
from steelyard.domains.accounts.sso import CALLBACK
from steelyard.kernel.errors import Denied
from steelyard.kernel.limiter import Charge

CSRF_HEADER = "x-csrf-token"
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class BrowserCaller:
    """A request of the web app; `session` is None before sign-in."""

    ctx: Context
    session: BrowserSession | None


def peer(scope: Mapping[str, Any]) -> str:
    """Return the address that a request comes from, as the trusted proxies tell it."""
    client = scope.get("client")
    return str(client[0]) if client else ""


class Callers:
    """Knows how requests prove who sends them."""

    def __init__(self, ports: Ports, authenticator: Authenticator) -> None:
        self._ports = ports
        self._authenticator = authenticator

    async def of_api(self, request: HTTPConnection) -> Context:
        """Return the context of a client request. Raises `Unauthenticated` without a good API key.

        Without any, where public projects are shown to everybody, it is that of nobody.
        """
        if "authorization" not in request.headers and self._ports.policy.accounts.anonymous_readers:
            return self._of_nobody(request)
        identity = await self._authenticator.by_header(request.headers.get("authorization", ""), peer(request.scope))
        return self._context(request, identity)

    async def of_browser(self, request: HTTPConnection) -> BrowserCaller:
        """Return the context of a web-app request, by session cookie or API key.

        Raises `Denied` when an unsafe method of a session lacks its CSRF token, or comes from another site's page.
        """
        if "authorization" in request.headers:
            return BrowserCaller(await self.of_api(request), None)
        is_unsafe = request.scope.get("method", "GET") not in _SAFE
        if is_unsafe and request.url.path == CALLBACK:
            # The form of an identity provider, from its site: what it is held against is the cookie of the attempt.
            return BrowserCaller(self._context(request, None), None)
        if is_unsafe:
            self._refuse_other_sites(request)
        token = request.cookies.get(session_cookie(request))
        if not token:
            return BrowserCaller(self._of_nobody(request), None)
        found = await self._authenticator.by_session(token)
        if found is None:  # whose session has ended is told to sign in again, whatever is shown to nobody
            return BrowserCaller(self._context(request, None), None)
        identity, session = found
        if is_unsafe:
            given = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(given.encode(), session.csrf_token.encode()):
                raise Denied("the request lacks its CSRF token; reload the page")
        return BrowserCaller(self._context(request, identity), session)

    def _of_nobody(self, request: HTTPConnection) -> Context:
        """Return the context of whoever is not signed in. Raises `TooMany`: their address is bound as an account is."""
        if not self._ports.policy.accounts.anonymous_readers:
            return self._context(request, None)
        self._ports.limiter.charge([Charge("user_requests", peer(request.scope), 1)])
        return self._context(request, ANONYMOUS)

    def _refuse_other_sites(self, request: HTTPConnection) -> None:
        """Raise `Denied` for a page of another origin: it could sign a visitor in under an account of its own."""
        origin = request.headers.get("origin")
        own = {request.url.netloc, urlsplit(self._ports.policy.public_url).netloc}
        if origin is not None and urlsplit(origin).netloc not in own - {""}:
            raise Denied("the request comes from another site")

    def _context(self, request: HTTPConnection, identity: Identity | None) -> Context:
        if identity is not None and identity.username:
            request.scope.setdefault("state", {})["user"] = identity.username  # for the access log
        return Context(
            ports=self._ports,
            identity=identity,
            origin=self._ports.policy.public_url or f"{request.url.scheme}://{request.url.netloc}",
            address=peer(request.scope),
            client=request.headers.get("user-agent", ""),
            request_id=request.scope.get("state", {}).get("request_id", ""),
            headers={key: value for key, value in request.headers.items() if key.startswith("x-wandb-")},
        )
