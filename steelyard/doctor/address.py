"""Checks of the public address: whether what clients and browsers send there arrives as they sent it.

Asked from this machine, through whatever stands before the server.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx

from steelyard.adapters.objects.signing import UrlSigner
from steelyard.doctor.certificates import look_at_certificate
from steelyard.doctor.findings import Finding, Level, fail, info, ok, warn
from steelyard.doctor.store_check import open_client
from steelyard.http.probing import ECHO, PAUSE_S, STREAM
from steelyard.ports.objects import Grant

# What the client sends at once at most, and what `wandb verify` sends on purpose.
BODY_BYTES = 10 << 20
_TTL_S = 300
_SLOW_S = 1.0
_TRUST = "STEELYARD_SERVER_TRUSTED_PROXIES"


async def look_at_address(public_url: str, signer: UrlSigner | None, trusted: str) -> AsyncIterator[Finding]:
    """Yield what is found. Without `signer` the server has never been started, and only its door is knocked at."""
    if not public_url:
        fix = "set HOST (STEELYARD_SERVER_PUBLIC_URL) to the address that people and clients use"
        yield info("address.host", "not set: links follow the address that is asked", fix=fix)
        return
    public_url = public_url.rstrip("/")
    for finding in _look_at_host(public_url):
        yield finding
    if public_url.startswith("https://"):
        certificate = await look_at_certificate("address.certificate", public_url)
        if certificate is not None:
            yield certificate
            if certificate.level.word == "FAIL":
                return
    async with open_client() as client:
        reached = await _reach(public_url, client)
        yield reached
        if reached.level.word == "FAIL" or signer is None:
            return
        async for finding in _Through(public_url, signer, client, trusted).run():
            yield finding


def _look_at_host(public_url: str) -> list[Finding]:
    parts = urlsplit(public_url)
    is_here = (parts.hostname or "") in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme == "http" and not is_here:
        fix = "let a proxy speak TLS before the server, and set HOST to its https:// address"
        return [warn("address.host", f"{public_url} is not encrypted", "https://", fix)]
    return [ok("address.host", public_url)]


async def _reach(public_url: str, client: httpx.AsyncClient) -> Finding:
    wanted = "this server's answer at /healthz"
    try:
        answer = await client.get(f"{public_url}/healthz")
    except httpx.TransportError as error:
        fix = "is the server started, does the proxy run, does the name lead to it, does a firewall let us through?"
        return fail("address.reach", f"{public_url}: {error or type(error).__name__}", wanted, fix)
    if answer.status_code in {502, 503, 504}:
        fix = "the proxy runs and does not reach the server: host and port in its configuration (port 8080)"
        return fail("address.reach", f"the proxy answers {answer.status_code}", wanted, fix)
    if answer.status_code != 200 or b'"version"' not in answer.content:
        fix = "something else answers there: host name and path of the proxy's rule"
        return fail("address.reach", f"/healthz answers {answer.status_code}", wanted, fix)
    return ok("address.reach", public_url)


class _Through:
    """Requests with an answer that tells how they arrived."""

    def __init__(self, public_url: str, signer: UrlSigner, client: httpx.AsyncClient, trusted: str) -> None:
        self._url = public_url
        self._signer = signer
        self._client = client
        self._trusted = trusted

    def _signed(self, method: str, path: str) -> str:
        query = self._signer.sign(method, path, Grant("", _TTL_S), {}).partition("?")[2]
        return f"{self._url}/{path}?{query}"

    async def run(self) -> AsyncIterator[Finding]:
        small = await self._client.post(self._signed("POST", ECHO), content=b"x")
        if small.status_code != 200:
            fix = "HOST leads to a server with another database, or a proxy changes the query of requests"
            yield fail("address.ours", f"a signed request answers {small.status_code}", "our own server", fix)
            return
        for finding in self._forwarded(json.loads(small.content)):
            yield finding
        for step in (self._large_body, self._slow_body, self._stream):
            try:
                finding = await step()
                # a busy machine may look like a proxy that holds things back; such a proxy does it every time
                yield await step() if finding.level is Level.WARN else finding
            except httpx.TransportError as error:
                fix = "the proxy ended the connection: look at its log and its limits"
                yield fail("address.body", str(error) or type(error).__name__, "an answer", fix)

    def _forwarded(self, seen: dict[str, Any]) -> list[Finding]:
        """Does the server know the address that was asked, and who asks?"""
        asked, forwarded, peer = urlsplit(self._url), seen["forwarded"], seen["peer"]
        found = []
        if seen["scheme"] != asked.scheme:
            found.append(self._scheme_lost(asked.scheme, seen["scheme"], forwarded, peer))
        if seen["host"].lower() != asked.netloc.lower():
            fix = "the proxy must pass the Host header: in nginx, proxy_set_header Host $http_host"
            found.append(warn("address.forwarded_host", f"the server is asked for {seen['host']}", asked.netloc, fix))
        if forwarded and not found and _is_peer_a_proxy(peer, forwarded):
            fix = f"{_TRUST} must name the proxy, which it sees as {peer}; now it is {self._trusted}"
            found.append(warn("address.forwarded_for", f"all requests seem to come from {peer}", "their senders", fix))
        return found or [
            ok("address.forwarded", f"{seen['scheme']}://{seen['host']}, HTTP/{seen['http']} to the server")
        ]

    def _scheme_lost(self, asked: str, seen: str, forwarded: dict[str, str], peer: str) -> Finding:
        id_, wanted = "address.forwarded_proto", f"{asked}, as was asked: cookies are marked by it"
        if forwarded.get("x-forwarded-proto") == asked:
            fix = f"name the proxy, which the server sees as {peer}, in {_TRUST}; now it is {self._trusted}"
            return fail(id_, f"X-Forwarded-Proto: {asked} is sent and not believed", wanted, fix)
        fix = "the proxy must send it: in nginx, proxy_set_header X-Forwarded-Proto $scheme"
        return fail(id_, f"the server is asked by {seen}, and no X-Forwarded-Proto comes", wanted, fix)

    async def _large_body(self) -> Finding:
        answer = await self._client.post(self._signed("POST", ECHO), content=b"x" * BODY_BYTES)
        wanted = f"a POST of {BODY_BYTES >> 20} MB arrives"
        fix = (
            "no limit of bodies in the proxy: client_max_body_size 0 in nginx, the annotation"
            ' nginx.ingress.kubernetes.io/proxy-body-size: "0" of ingress-nginx'
        )
        if answer.status_code == 413:
            return fail("address.body", "413: the proxy refuses large bodies", wanted, fix)
        if answer.status_code != 200 or json.loads(answer.content)["bytes"] != BODY_BYTES:
            return fail("address.body", f"a large body answers {answer.status_code}", wanted, fix)
        return ok("address.body", f"{BODY_BYTES >> 20} MB arrive")

    async def _slow_body(self) -> Finding:
        async def body() -> AsyncIterator[bytes]:
            yield b"x" * 1024
            await asyncio.sleep(_SLOW_S)
            yield b"x" * 1024

        answer = await self._client.post(self._signed("POST", ECHO), content=body())
        if answer.status_code == 200 and json.loads(answer.content)["spread_s"] < _SLOW_S / 2:
            fix = "proxy_request_buffering off in nginx; large uploads are written to the proxy's disk first otherwise"
            return warn(
                "address.request_buffering", "the proxy holds bodies back until they are whole", "no buffer", fix
            )
        if answer.status_code != 200:
            fix = "the proxy must pass bodies of unknown length (Transfer-Encoding: chunked)"
            return fail("address.request_buffering", f"a streamed body answers {answer.status_code}", "200", fix)
        return ok("address.request_buffering", "bodies arrive while they are sent")

    async def _stream(self) -> Finding:
        async with self._client.stream("GET", self._signed("GET", STREAM)) as answer:
            times = [time.monotonic() async for _ in answer.aiter_raw()]
        if len(times) < 2 or times[-1] - times[0] < PAUSE_S / 2:
            fix = "proxy_buffering off in nginx; live charts and logs stand still otherwise"
            return warn("address.buffering", "the proxy holds answers back until they are whole", "no buffer", fix)
        return ok("address.buffering", "answers arrive while they are sent")


def _is_peer_a_proxy(peer: str, forwarded: dict[str, str]) -> bool:
    """Tell that the server still sees the proxy where a header names somebody else."""
    sender = forwarded.get("x-forwarded-for", "").split(",")[0].strip()
    try:
        return bool(sender) and ipaddress.ip_address(sender) != ipaddress.ip_address(peer)
    except ValueError:
        return False
