"""What a proxy says of the request that it passes on, believed from trusted proxies only.

uvicorn reads `X-Forwarded-For` and `-Proto`; here `-Host` and `-Port` are added, for proxies that do not keep `Host`.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

# Links and cookies are made from it, so nothing passes that is no host name, IPv4 or bracketed IPv6 address.
_HOST = re.compile(rb"([\w.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(:[0-9]{1,5})?")
_PORT = re.compile(rb"[0-9]{1,5}")
_PLAIN = {b"http": b"80", b"https": b"443"}


class ForwardedHeaders:
    """Outermost layer: scheme, host and client of a request become those that the proxy was asked with."""

    def __init__(self, app: ASGIApp, trusted_proxies: str) -> None:
        others: Any = app
        self._others: Any = ProxyHeadersMiddleware(others, trusted_proxies)
        self._trusted = self._others.trusted_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and (scope.get("client") or ("",))[0] in self._trusted:
            scope["headers"] = _with_asked_host(scope["headers"])
        await self._others(scope, receive, send)


def _with_asked_host(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers with `Host` as the client sent it to the first proxy; as they are where none says."""
    found = {name: value for name, value in headers if name.startswith((b"x-forwarded-", b"host"))}
    # Each proxy of a chain may add its own; the first is what the client asked for.
    host = found.get(b"x-forwarded-host", b"").split(b",")[0].strip()
    match = _HOST.fullmatch(host or found.get(b"host", b""))
    if match is None:
        return headers
    port = found.get(b"x-forwarded-port", b"").split(b",")[0].strip()
    named = match.group()
    if not match.group(2) and _PORT.fullmatch(port) and port != _PLAIN.get(found.get(b"x-forwarded-proto", b"")):
        named += b":" + port
    return [(name, value) for name, value in headers if name != b"host"] + [(b"host", named)]
