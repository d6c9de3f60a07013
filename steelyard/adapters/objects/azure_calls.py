"""Calls to a container that obstore does not have, by signed URLs of our own."""

from __future__ import annotations

from typing import Any

import httpx

from steelyard.adapters.objects.loop_client import LoopClient
from steelyard.adapters.objects.sas import ContainerSigner
from steelyard.kernel.errors import Invalid, Unavailable

# A call is signed, sent at once and forgotten.
_CALL_TTL_S = 900
# A list of blocks that does not fit what is staged, by the codes of the service.
_UNFIT = {"BlockCountExceedsLimit", "InvalidBlobOrBlock", "InvalidBlockId", "InvalidBlockList"}
_PASSING = {408, 429}


class ContainerRefusedError(Exception):
    """The service answered with an error that is neither the sender's nor passing: the settings, or our mistake."""


class ContainerCalls:
    """Keys are whole, the prefix included. All raise `Unavailable` while the service does not answer."""

    def __init__(self, signer: ContainerSigner, timeout: httpx.Timeout) -> None:
        self._signer = signer
        self._client = LoopClient(timeout)

    async def close(self) -> None:
        await self._client.close()

    def url(self, key: str, rights: str, query: list[tuple[str, str]] | None = None) -> str:
        return self._signer.blob(key, rights, _CALL_TTL_S, query=query or [])

    async def send(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            return await self._client.get().request(method, url, **options)
        except httpx.TransportError as error:
            raise Unavailable("the object store does not answer; the request may be repeated") from error


def check(answer: httpx.Response, fine: set[str] | None = None) -> None:
    """Raise what the answer means, unless it is a success."""
    code = code_of(answer)
    if answer.is_success or code in (fine or set()):
        return
    if answer.status_code >= 500 or answer.status_code in _PASSING:
        raise Unavailable("the object store has a passing fault; the request may be repeated")
    if code in _UNFIT:
        raise Invalid(f"the object store refuses this: {code}")
    raise ContainerRefusedError(f"the container answered {answer.status_code} {code}")


def code_of(answer: httpx.Response) -> str:
    code: str = answer.headers.get("x-ms-error-code", "")
    return code
