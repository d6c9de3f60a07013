"""The buckets that a team may have, and whether one of them does what is needed."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Sequence
from secrets import token_bytes, token_hex

from steelyard.adapters.objects.routed import RoutedStore
from steelyard.kernel.errors import Invalid
from steelyard.ports.objects import Grant
from steelyard.ports.team_buckets import TeamBucket, in_bucket

_TTL_S = 300
_TIMEOUT_S, _CONNECT_TIMEOUT_S = 20.0, 5.0
_METHODS = ("GET", "PUT")


class OfferedBuckets:
    """Meets `steelyard.ports.team_buckets.TeamBuckets`."""

    def __init__(self, offers: Sequence[TeamBucket], store: RoutedStore) -> None:
        self._offers = tuple(offers)
        self._store = store

    def offered(self) -> Sequence[TeamBucket]:
        return self._offers

    async def check(self, name: str, origin: str) -> None:
        """Nothing stays in the bucket, except where even deleting fails."""
        key = f"doctor/{token_hex(8)}"
        try:
            await self._write(name, key)
            try:
                if not self._store.leads_to_us(name):
                    await self._by_url(in_bucket(name, key), origin)
            finally:
                await self._store.delete(in_bucket(name, key))
        except Invalid:
            raise
        except Exception as error:
            raise Invalid(f"the bucket {name!r} cannot be used: {_in_a_line(error)}") from error

    async def _write(self, name: str, key: str) -> None:
        """Write and read as the server does. Raises `Invalid` where the object shows in another bucket of ours."""
        body = token_bytes(64)
        await self._store.put(in_bucket(name, key), _once(body))
        found = b"".join([piece async for piece in self._store.get(in_bucket(name, key))])
        if found != body:
            raise Invalid(f"the bucket {name!r} does not return what was written")
        for other in ("", *(item.name for item in self._offers if item.name != name)):
            if await self._shows(in_bucket(other, key)):
                await self._store.delete(in_bucket(name, key))
                raise Invalid(f"the bucket {name!r} is the same place as {other or 'the main one'}")

    async def _shows(self, key: str) -> bool:
        try:
            return await self._store.stat(key) is not None
        except Exception:  # noqa: BLE001 - whatever is wrong with another one is no fault of this one
            return False

    async def _by_url(self, key: str, origin: str) -> None:
        """Write and read by signed URLs as clients do, and ask whether pages of `origin` may."""
        grant, body = Grant("", _TTL_S), token_bytes(64)
        put = await self._store.sign_put(key, grant)
        get = await self._store.sign_get(key, grant, filename="doctor", content_type="application/octet-stream")
        import httpx  # a library that a start does without

        timeout = httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)
        async with httpx.AsyncClient(timeout=timeout, verify=ssl.create_default_context()) as client:
            answer = await client.put(put.url, content=body, headers=dict(put.headers))
            if answer.is_error:
                raise Invalid(f"the bucket refuses a signed upload with {answer.status_code}")
            read = await client.get(get.url)
            if read.is_error or read.content != body:
                raise Invalid(f"the bucket refuses a signed download with {read.status_code}")
            if not origin:  # a command that does not know where pages come from
                return
            for method, url in zip(_METHODS, (get.url, put.url), strict=True):
                asks = {"origin": origin, "access-control-request-method": method}
                asked = await client.options(url, headers=asks)
                if asked.headers.get("access-control-allow-origin", "") not in {origin, "*"}:
                    raise Invalid(
                        f"the bucket does not let in pages of {origin} ({method}): put the CORS rule on it that"
                        " `steelyard doctor bucket` prints, or let clients reach buckets through the server"
                        " (STEELYARD_OBJECTS_PROXIED)"
                    )


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


def _in_a_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0][:300]
