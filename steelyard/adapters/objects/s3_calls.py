"""Calls to a bucket that obstore does not have, by signed URLs of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from steelyard.adapters.objects.account import BucketAccount
from steelyard.adapters.objects.loop_client import LoopClient
from steelyard.adapters.objects.sigv4 import BucketSigner, Signed
from steelyard.kernel.errors import Invalid, Unavailable

# A call is signed, sent at once and forgotten.
_CALL_TTL_S = 900
# What the sender of the parts has done wrong, by the codes of S3.
_UNFIT = {
    "BadDigest",
    "EntityTooLarge",
    "EntityTooSmall",
    "IncompleteBody",
    "InvalidArgument",
    "InvalidDigest",
    "InvalidPart",
    "InvalidPartOrder",
    "InvalidRequest",
    "MalformedXML",
}
GONE = {"NoSuchUpload", "NoSuchKey"}
_PASSING = {408, 429}
_PASSING_CODES = {"RequestTimeout"}


class BucketRefusedError(Exception):
    """The bucket answered with an error that is neither the sender's nor passing: the settings, or our mistake."""


class BucketCalls:
    """Keys are whole, the bucket's prefix included. All raise `Unavailable` while the bucket does not answer."""

    def __init__(self, signer: BucketSigner, account: BucketAccount, timeout: httpx.Timeout) -> None:
        self._signer = signer
        self._account = account
        self._client = LoopClient(timeout)

    async def close(self) -> None:
        await self._client.close()

    async def call(
        self, method: str, key: str, query: Sequence[tuple[str, str]], *, fine: set[str] | None = None
    ) -> Answer:
        """Ask, and raise what an answer means that is neither a success nor has one of the codes `fine`."""
        answer = await self.send(method, key, query)
        if answer.code not in (fine or set()):
            answer.check()
        return answer

    async def send(
        self,
        method: str,
        key: str,
        query: Sequence[tuple[str, str]],
        signed: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        """Ask with these headers, which are signed; `options` are of the request, such as its content."""
        url = self._signer.sign(
            await self._account.credentials(), method, key, _CALL_TTL_S, Signed(query, signed or {})
        )
        headers = {**(signed or {}), **options.pop("headers", {})}
        try:
            answer = await self._client.get().request(method, url, headers=headers, **options)
        except httpx.TransportError as error:
            raise Unavailable("the object store does not answer; the request may be repeated") from error
        return Answer(answer)


class Answer:
    """An answer of the bucket. One of 200 can be an error too, of an upload that took long to complete."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status, self.content, self.headers = answer.status_code, answer.content, answer.headers
        self.code = self.message = ""
        if b"<Error>" in self.content[:1000]:
            error = self.document()
            self.code, self.message = text_of(error, "Code"), text_of(error, "Message")

    def document(self) -> ET.Element:
        return ET.fromstring(self.content.lstrip())  # noqa: S314 - the operator's own bucket; expat bounds entities

    def check(self) -> None:
        """Raise what the answer means, unless it is a success."""
        if self.status < 300 and not self.code:
            return
        passing = self.status in _PASSING or self.code in _PASSING_CODES
        if passing or self.status >= 500 or self.status < 300:
            raise Unavailable("the object store has a passing fault; the request may be repeated")
        if self.code in _UNFIT:
            raise Invalid(f"the object store refuses this: {self.message or self.code}")
        if self.code in GONE:
            raise Invalid("there is no such upload")
        raise BucketRefusedError(f"the bucket answered {self.status} {self.code} {self.message}")


def children(element: ET.Element, name: str) -> list[ET.Element]:
    """Return the children of that name, in whatever namespace the store uses."""
    return [child for child in element if child.tag.rpartition("}")[2] == name]


def text_of(element: ET.Element, name: str) -> str:
    found = children(element, name)
    return (found[0].text or "") if found else ""
