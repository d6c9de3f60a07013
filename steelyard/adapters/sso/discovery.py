"""What an OpenID provider tells of itself: its addresses and its keys, fetched when needed and kept for a while."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, NoReturn, TypeVar

import httpx

from steelyard.kernel import jsontext
from steelyard.ports.sso import ProviderDown, ProviderFailed

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT_S = 3600.0
# A token with a key that is not known lets the keys be fetched again, this often at most.
KEYS_AGAIN_S = 10.0
# How long those who come next are told of a failure before the provider is asked again.
FAILED_S = 2.0
ANSWER_MAX = 1 << 20
# Requests to the provider at a time; who comes more waits.
AT_ONCE = 16
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_ASK = "Ask the administrator of this server: `steelyard doctor --only sso` says more."
_T = TypeVar("_T")


class _Kept(Generic[_T]):
    """A thing that is loaded when somebody asks, by one at a time, and kept; a failure is kept for `FAILED_S`."""

    def __init__(self, load: Callable[[], Awaitable[_T]]) -> None:
        self._load, self._alone = load, asyncio.Lock()
        self._value: _T | None = None
        self._failure: ProviderFailed | None = None
        self._since = -KEPT_S

    async def get(self, good_for_s: float = KEPT_S) -> _T:
        async with self._alone:
            age_s = time.monotonic() - self._since
            if self._failure is not None and age_s < FAILED_S:
                raise self._failure
            if self._value is None or age_s > good_for_s:
                await self._renew()
            assert self._value is not None, "it was just loaded"
            return self._value

    async def _renew(self) -> None:
        self._value, self._failure = None, None
        try:
            self._value = await self._load()
        except ProviderFailed as error:
            self._failure = error
            raise
        finally:
            self._since = time.monotonic()


class Discovery:
    """Speaks with one provider. Its certificate is checked by what this process trusts."""

    def __init__(self, issuer: str, needed: Sequence[str] = ("authorization_endpoint", "jwks_uri")) -> None:
        self._asked, self._needed = issuer, needed
        self._trust = ssl.create_default_context()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._metadata, self._keys = _Kept(self._load_metadata), _Kept(self._load_keys)

    async def metadata(self) -> dict[str, Any]:
        """Return the provider's own description. Raises `ProviderFailed` when it is of another issuer."""
        return await self._metadata.get()

    async def _load_metadata(self) -> dict[str, Any]:
        found = await self.ask_json("GET", self._asked.rstrip("/") + WELL_KNOWN)
        issuer = found.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self._asked.rstrip("/"):
            raise ProviderFailed(
                f"the provider calls itself {str(issuer)[:200]!r}, this server's setting says {self._asked!r}",
                "Ask the administrator of this server: OIDC_ISSUER must be the provider's own name for itself.",
            )
        for name in self._needed:
            if not is_web_address(found.get(name)):
                raise ProviderFailed(f"the provider's description has no {name}", _ASK)
        return found

    async def keys(self, *, again: bool = False) -> list[dict[str, Any]]:
        """Return the provider's public keys; with `again` fetched anew, unless that was just done."""
        return await self._keys.get(KEYS_AGAIN_S if again else KEPT_S)

    async def _load_keys(self) -> list[dict[str, Any]]:
        found = (await self.ask_json("GET", str((await self.metadata())["jwks_uri"]))).get("keys")
        if not isinstance(found, list):
            raise ProviderFailed("the provider's keys cannot be read", _ASK)
        return [key for key in found if isinstance(key, dict)]

    async def ask_json(self, method: str, url: str, **parts: Any) -> dict[str, Any]:
        """Return the JSON object of a good answer. Raises `ProviderFailed` for any other, `ProviderDown` for none."""
        status, body = await self.ask(method, url, **parts)
        if status != httpx.codes.OK:
            raise ProviderFailed(f"the provider answers {status} at {url}", _ASK)
        return body

    async def ask(self, method: str, url: str, **parts: Any) -> tuple[int, dict[str, Any]]:
        """Return status and JSON object of an answer, an empty one where it holds none."""
        try:
            async with (
                self._turn,
                httpx.AsyncClient(timeout=_TIMEOUT, verify=self._trust) as client,
                client.stream(method, url, **parts) as answer,
            ):
                content = await _read(answer)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            _not_reached(url, error)
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ProviderDown(f"the provider answers {answer.status_code} at {url}", "Try again in some minutes.")
        return answer.status_code, jsontext.loads_object(content)


async def _read(answer: httpx.Response) -> bytes:
    content = b""
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > ANSWER_MAX:
            raise ProviderFailed(f"the provider's answer at {answer.url} is longer than {ANSWER_MAX} bytes", _ASK)
    return content


def _not_reached(url: str, error: Exception) -> NoReturn:
    host = httpx.URL(url).host if is_web_address(url) else url
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        raise ProviderDown(
            f"the certificate of {host} cannot be checked",
            "Ask the administrator of this server: an authority of one's own is named in STEELYARD_SERVER_AUTHORITIES.",
        ) from error
    raise ProviderDown(
        f"the provider {host} cannot be reached", "Try again in some minutes, or ask the administrator of this server."
    ) from error


def is_web_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def endpoint(metadata: Mapping[str, Any], name: str) -> str | None:
    """Return the address of a service that the provider offers, None where it does not."""
    value = metadata.get(name)
    return value if is_web_address(value) else None
