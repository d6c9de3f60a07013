"""The checks of an object store that are the same for all kinds, by signed URLs as clients and browsers use them.

Everything is written below `steelyard-doctor/<random>/` under the store's prefix, and removed at the end.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from secrets import token_bytes, token_hex

import httpx

from steelyard.doctor import cors
from steelyard.doctor.findings import Finding, fail, info, ok, warn
from steelyard.kernel.clock import utc_now

TTL_S = 300
PART = 5 << 20
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_ODD_KEY = "odd/a b+c%25#d?e&f=ü/日本 '(1)'.txt"
_SKEW_FAIL_S, _SKEW_WARN_S = 300.0, 30.0
_REFUSED = {400, 401, 403}


@asynccontextmanager
async def open_client() -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client that trusts what the server trusts and asks without credentials of its own."""
    async with httpx.AsyncClient(timeout=_TIMEOUT, verify=ssl.create_default_context()) as client:
        yield client


@dataclass(frozen=True)
class Readers:
    """Those who read the bucket by signed URLs: where their pages come from, and where they reach the store."""

    origin: str
    public_endpoint: str = ""
    proxied: bool = False
    # Not theirs but the server's: it deletes with all versions.
    purges: bool = False


class StepError(Exception):
    """A step of several was refused; the text says which."""


class StoreCheck(ABC):
    """The steps, in their order. Later ones use what earlier ones have stored.

    `place` is how the store is called where it says what time it is, `policy` what its account must be allowed.
    """

    policy = ""
    put_headers: Mapping[str, str] = {}

    def __init__(self, place: str, prefix: str, client: httpx.AsyncClient, origin: str) -> None:
        self._place = place
        self._client = client
        self._origin = origin
        self._root = "/".join(part for part in (prefix, "steelyard-doctor", token_hex(8)) if part)
        self._stored: set[str] = set()
        self._body = token_bytes(1024)

    @abstractmethod
    def _url(self, method: str, name: str, *, ttl_s: int = TTL_S) -> str:
        """Sign for ourselves what we do, and for clients what they do. An empty name is the bucket itself."""

    @abstractmethod
    async def _list(self) -> Finding: ...

    @abstractmethod
    def _written(self, answer: httpx.Response) -> Finding:
        """Say what the answer to a first PUT, which succeeded, tells of the store."""

    @abstractmethod
    def _denied(self, id_: str, answer: httpx.Response) -> Finding:
        """Say what is wrong with the settings, by the error that the store answers."""

    @abstractmethod
    async def _in_parts(self) -> tuple[int, str]:
        """Upload `large` in parts; return how many bytes are there then, and more to say. Raises `StepError`."""

    @abstractmethod
    def _facts(self) -> AsyncIterator[Finding]:
        """What the store does by itself; many stores, and many accounts, do not say."""

    async def _ask(self, method: str, name: str) -> httpx.Response:
        return await self._client.request(method, self._url(method, name))

    async def _put(self, name: str, body: bytes) -> httpx.Response:
        self._stored.add(name)
        return await self._client.put(self._url("PUT", name), content=body, headers=self.put_headers)

    async def run(self, *, needs_cors: bool) -> AsyncIterator[Finding]:
        """Yield what is found; nothing more once the bucket cannot be reached, read or written."""
        try:
            for step in (self._reach, self._list, self._write, self._read):
                finding = await step()
                yield finding
                if finding.fix and finding.level.word == "FAIL":
                    return
            for step in (self._head_and_range, self._odd_key, self._overwrite, self._tampered, self._expired):
                yield await step()
            yield await self._parts()
            yield await self._cors() if needs_cors else info("bucket.cors", "not needed: bytes pass through the server")
            async for finding in self._facts():
                yield finding
        except httpx.TransportError as error:
            yield self._unreachable(error)
        finally:
            await self._clean_up()

    async def _reach(self) -> Finding:
        try:
            answer = await self._client.get(self._url("HEAD", ""))
        except httpx.TransportError as error:
            return self._unreachable(error)
        return self._clock(answer)

    def _unreachable(self, error: httpx.TransportError) -> Finding:
        url, said = error.request.url, f"{error or type(error).__name__}"
        place = f"{url.scheme}://{url.netloc.decode()}"
        if re.search(r"certificate|ssl|tls|record", said, re.IGNORECASE):
            fix = (
                "a store without TLS is written without tls=true; the authority of its certificate is named in"
                " STEELYARD_SERVER_AUTHORITIES"
            )
            return fail("bucket.tls", f"{place}: {said}", "a certificate that can be checked", fix)
        fix = "host and port of the bucket URL; is the store up, and does a firewall let us through?"
        return fail("bucket.reach", f"{place}: {said}", "a store that answers", fix)

    def _clock(self, answer: httpx.Response) -> Finding:
        place = self._place
        try:
            ahead = (parsedate_to_datetime(answer.headers["date"]) - utc_now()).total_seconds()
        except (KeyError, ValueError):
            return ok("bucket.reach", f"{place}; it does not say what time it is")
        seen = f"{place}; its clock is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}"
        fix = "synchronise the clocks (chrony, systemd-timesyncd): signed URLs are refused otherwise"
        if abs(ahead) > _SKEW_FAIL_S:
            return fail("bucket.clock", seen, "clocks within 30 s of each other", fix)
        if abs(ahead) > _SKEW_WARN_S:
            return warn("bucket.clock", seen, "clocks within 30 s of each other", fix)
        return ok("bucket.reach", place)

    async def _write(self) -> Finding:
        answer = await self._put("object", self._body)
        if not answer.is_success:
            return self._denied("bucket.write", answer)
        return self._written(answer)

    async def _read(self) -> Finding:
        answer = await self._ask("GET", "object")
        if not answer.is_success:
            return self._denied("bucket.read", answer)
        if answer.content != self._body:
            return fail(
                "bucket.read", "other bytes come back", "what was written", "look for a cache or a proxy between"
            )
        return ok("bucket.read", "a signed GET gives the same bytes")

    async def _head_and_range(self) -> Finding:
        head = await self._ask("HEAD", "object")
        part = await self._client.get(self._url("GET", "object"), headers={"Range": "bytes=10-19"})
        if head.status_code == 200 and part.status_code == 206 and part.content == self._body[10:20]:
            return ok("bucket.ranges", "HEAD and ranges work")
        seen = f"HEAD answers {head.status_code}, a range {part.status_code}"
        return fail("bucket.ranges", seen, "200 and 206", "a proxy before the store must pass HEAD and Range")

    async def _odd_key(self) -> Finding:
        put = await self._put(_ODD_KEY, self._body)
        got = await self._ask("GET", _ODD_KEY)
        if put.is_success and got.content == self._body:
            return ok("bucket.names", "names with spaces, %, # and other scripts")
        fix = "a proxy before the store must pass paths as they are, without decoding them"
        seen = f"PUT answers {put.status_code}, GET {got.status_code}"
        return fail("bucket.names", seen, "files may have names with spaces, % and #", fix)

    async def _overwrite(self) -> Finding:
        await self._put("object", b"second")
        second = await self._ask("GET", "object")
        await self._ask("DELETE", "object")
        gone = await self._ask("GET", "object")
        if second.content == b"second" and gone.status_code == 404:
            return ok("bucket.delete", "objects can be written over and deleted")
        if gone.status_code != 404:
            fix = f"{self.policy}; without deleting, space is never freed"
            return fail("bucket.delete", f"after DELETE a GET answers {gone.status_code}", "404", fix)
        return fail("bucket.delete", "the first content comes back", "the second", "look for a cache before the store")

    async def _tampered(self) -> Finding:
        await self._put("object", self._body)
        url = self._url("GET", "object")
        answer = await self._client.get(url[:-4] + ("0000" if not url.endswith("0000") else "1111"))
        if answer.status_code in _REFUSED:
            return ok("bucket.signature", f"a wrong signature answers {answer.status_code}")
        fix = "the bucket is open to everybody: block public access"
        return fail("bucket.signature", f"a wrong signature answers {answer.status_code}", "403", fix)

    async def _expired(self) -> Finding:
        url = self._url("GET", "object", ttl_s=1)
        await asyncio.sleep(2.5)
        answer = await self._client.get(url)
        if answer.status_code in _REFUSED:
            return ok("bucket.expiry", f"an address that has ended answers {answer.status_code}")
        fix = "block public access, and look for a cache before the store"
        return fail("bucket.expiry", f"an address that has ended answers {answer.status_code}", "403", fix)

    async def _parts(self) -> Finding:
        fix = f"{self.policy}; a proxy before the store must pass bodies of 5 MB and POST"
        began = time.monotonic()
        try:
            size, more = await self._in_parts()
        except StepError as error:
            return fail("bucket.parts", str(error), "an upload in three parts", fix)
        return ok("bucket.parts", f"three parts, {size >> 20} MB, in {time.monotonic() - began:.1f} s; {more}")

    async def _cors(self) -> Finding:
        preflights: dict[str, Mapping[str, str]] = {}
        for method in ("GET", "HEAD", "PUT"):
            asked = {
                "Origin": self._origin,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "content-md5,content-type",
            }
            answer = await self._client.options(self._url(method, "object"), headers=asked)
            preflights[method] = answer.headers if answer.status_code < 300 else {}
        plain = await self._client.get(self._url("GET", "object"), headers={"Origin": self._origin})
        return cors.look_at_answers(self._origin, preflights, plain.headers)

    async def _clean_up(self) -> None:
        for name in self._stored:
            try:
                await self._ask("DELETE", name)
            except httpx.TransportError:
                return
