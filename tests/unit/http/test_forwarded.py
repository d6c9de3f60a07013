"""What forwarded headers make of a request, and that only trusted proxies are believed."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from steelyard.http.forwarded import ForwardedHeaders

TRUSTED = "10.0.0.0/8,::1"


async def tell(request: Request) -> JSONResponse:
    assert request.client
    return JSONResponse([f"{request.url.scheme}://{request.url.netloc}", request.client.host])


def asked(headers: dict[str, str], peer: str = "10.1.2.3") -> list[str]:
    """The origin and the client's address, as the application sees them."""
    app = ForwardedHeaders(Starlette(routes=[Route("/", tell)]), TRUSTED)

    async def ask() -> list[str]:
        transport = httpx.ASGITransport(app, client=(peer, 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://inside:8080") as client:
            found: list[str] = (await client.get("/", headers=headers)).json()
            return found

    return asyncio.run(ask())


HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        (HTTPS | {"Host": "a.example"}, "https://a.example"),
        (HTTPS | {"X-Forwarded-Host": "a.example"}, "https://a.example"),
        (HTTPS | {"X-Forwarded-Host": "a.example:8443"}, "https://a.example:8443"),
        (HTTPS | {"X-Forwarded-Host": "a.example", "X-Forwarded-Port": "8443"}, "https://a.example:8443"),
        (HTTPS | {"X-Forwarded-Host": "a.example", "X-Forwarded-Port": "443"}, "https://a.example"),
        (HTTPS | {"X-Forwarded-Host": "a.example, b.internal"}, "https://a.example"),
        (HTTPS | {"X-Forwarded-Host": "[2001:db8::1]:8443"}, "https://[2001:db8::1]:8443"),
        (HTTPS | {"X-Forwarded-Host": "a.example/evil?"}, "https://inside:8080"),
        (HTTPS | {"X-Forwarded-Host": ""}, "https://inside:8080"),
        (HTTPS | {"X-Forwarded-Port": "x"}, "https://inside:8080"),
    ],
)
def test_a_trusted_proxy_says_what_it_was_asked(headers: dict[str, str], origin: str) -> None:
    assert asked(headers) == [origin, "203.0.113.9"]


def test_anybody_else_says_nothing() -> None:
    spoofed = HTTPS | {"X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1"}
    assert asked(spoofed, peer="192.0.2.1") == ["http://inside:8080", "192.0.2.1"]


def test_of_a_chain_of_proxies_the_last_address_that_is_not_trusted_counts() -> None:
    chain = HTTPS | {"X-Forwarded-For": "198.51.100.7, 203.0.113.9, 10.9.9.9"}
    assert asked(chain)[1] == "203.0.113.9"
