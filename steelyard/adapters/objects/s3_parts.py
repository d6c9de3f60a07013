"""Uploads to a bucket in parts: the calls that obstore does not have, by signed URLs of our own.

The bucket keeps the state of every upload; nothing is remembered here.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from steelyard.adapters.objects.account import BucketAccount
from steelyard.adapters.objects.multipart import check_list, check_number, sized
from steelyard.adapters.objects.sigv4 import BucketSigner, Signed
from steelyard.kernel.clock import parse_iso
from steelyard.kernel.errors import Invalid, NotFound, Unavailable
from steelyard.ports.objects import PartAddress, StoredObject, Unfinished

Stat = Callable[[str], Awaitable[StoredObject | None]]

# A call is signed, sent at once and forgotten.
_CALL_TTL_S = 900
# Stores copy large objects together before they answer.
_COMPLETE_TIMEOUT_S = 600.0
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
_GONE = {"NoSuchUpload", "NoSuchKey"}
_PASSING = {408, 429}
_PASSING_CODES = {"RequestTimeout"}
_COUNTED_ETAG = re.compile(r'"[0-9a-f]+-([0-9]+)"')


class BucketRefusedError(Exception):
    """The bucket answered with an error that is neither the sender's nor passing: the settings, or our mistake."""


class BucketParts:
    """The half of `steelyard.ports.objects.ObjectStore` about parts; keys are whole, the bucket's prefix included."""

    def __init__(
        self,
        signer: BucketSigner,
        account: BucketAccount,
        stat: Stat,
        timeout: httpx.Timeout,
        encryption: Mapping[str, str],
    ) -> None:
        self._signer = signer
        self._encryption = encryption
        self._account = account
        self._stat = stat
        self._timeout = timeout
        self._opened: tuple[asyncio.AbstractEventLoop, httpx.AsyncClient] | None = None

    def _client(self) -> httpx.AsyncClient:
        """Return the client of this event loop; made when first needed, for loading certificates takes a while."""
        loop = asyncio.get_running_loop()
        if self._opened is None or self._opened[0] is not loop:
            self._opened = loop, httpx.AsyncClient(timeout=self._timeout, verify=ssl.create_default_context())
        return self._opened[1]

    async def close(self) -> None:
        if self._opened is not None and self._opened[0] is asyncio.get_running_loop():
            await self._opened[1].aclose()
        self._opened = None

    async def start(self, key: str) -> str:
        more = Signed([("uploads", "")], self._encryption)
        url = self._signer.sign(await self._account.credentials(), "POST", key, _CALL_TTL_S, more)
        answer = await self._send("POST", url, headers=more.headers)
        answer.check()
        return _text(ET.fromstring(answer.content), "UploadId")  # noqa: S314 - the operator's own bucket; expat bounds entities

    async def put(self, part: PartAddress, body: AsyncIterator[bytes], size_bytes: int, md5: bytes | None) -> str:
        headers = {"Content-MD5": base64.b64encode(md5).decode()} if md5 else {}
        more = Signed(query_of(part), headers)
        url = self._signer.sign(await self._account.credentials(), "PUT", part.key, _CALL_TTL_S, more)
        headers = headers | {"Content-Length": str(size_bytes)}
        answer = await self._send("PUT", url, content=sized(body, size_bytes), headers=headers)
        if answer.code in _GONE:
            raise NotFound("there is no such upload")
        answer.check()
        return answer.headers["ETag"]

    async def complete(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> StoredObject:
        check_list(parts)
        listed = ET.Element("CompleteMultipartUpload")
        for number, etag in parts:
            part = ET.SubElement(listed, "Part")
            ET.SubElement(part, "PartNumber").text = str(number)
            ET.SubElement(part, "ETag").text = etag
        more = Signed([("uploadId", upload_id)])
        url = self._signer.sign(await self._account.credentials(), "POST", key, _CALL_TTL_S, more)
        timeout = httpx.Timeout(_COMPLETE_TIMEOUT_S, connect=self._timeout.connect)
        answer = await self._send("POST", url, content=ET.tostring(listed), timeout=timeout)
        # Gone is also an upload that was completed, when the answer was lost and is asked for again.
        if answer.code not in _GONE:
            answer.check()
        stored = await self._stat(key)
        if stored is None:
            raise Invalid("there is no such upload")
        if not _may_be_made_of(stored, len(parts)):
            raise Invalid("the upload was completed with other parts")
        return stored

    async def abort(self, key: str, upload_id: str) -> None:
        await self._call("DELETE", key, [("uploadId", upload_id)], fine=_GONE)

    async def unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        place: list[tuple[str, str]] = []
        while True:
            answer = await self._call("GET", "", [("uploads", ""), ("prefix", prefix), *place])
            page = ET.fromstring(answer.content)  # noqa: S314 - the operator's own bucket; expat bounds entities
            for item in _all(page, "Upload"):
                found = Unfinished(_text(item, "Key"), _text(item, "UploadId"), parse_iso(_text(item, "Initiated")))
                if found.started_at < before and found.key.startswith(prefix):
                    yield found
            if _text(page, "IsTruncated") != "true":
                return
            place = [("key-marker", _text(page, "NextKeyMarker"))]
            place.append(("upload-id-marker", _text(page, "NextUploadIdMarker")))

    async def _call(self, method: str, key: str, query: list[tuple[str, str]], fine: set[str] | None = None) -> _Answer:
        url = self._signer.sign(await self._account.credentials(), method, key, _CALL_TTL_S, Signed(query))
        answer = await self._send(method, url)
        if answer.code not in (fine or set()):
            answer.check()
        return answer

    async def _send(self, method: str, url: str, **options: Any) -> _Answer:
        try:
            answer = await self._client().request(method, url, **options)
        except httpx.TransportError as error:
            raise Unavailable("the object store does not answer; the request may be repeated") from error
        return _Answer(answer)


def query_of(part: PartAddress) -> list[tuple[str, str]]:
    """Return what names the part in a URL. Raises `Invalid` for a number that no part has."""
    check_number(part.number)
    return [("partNumber", str(part.number)), ("uploadId", part.upload_id)]


class _Answer:
    """An answer of the bucket. One of 200 can be an error too, of an upload that took long to complete."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status, self.content, self.headers = answer.status_code, answer.content, answer.headers
        self.code = self.message = ""
        if b"<Error>" in self.content[:1000]:
            error = ET.fromstring(self.content.lstrip())  # noqa: S314 - the operator's own bucket; expat bounds entities
            self.code, self.message = _text(error, "Code"), _text(error, "Message")

    def check(self) -> None:
        """Raise what the answer means, unless it is a success."""
        if self.status < 300 and not self.code:
            return
        passing = self.status in _PASSING or self.code in _PASSING_CODES
        if passing or self.status >= 500 or self.status < 300:
            raise Unavailable("the object store has a passing fault; the request may be repeated")
        if self.code in _UNFIT:
            raise Invalid(f"the object store refuses this: {self.message or self.code}")
        if self.code in _GONE:
            raise Invalid("there is no such upload")
        raise BucketRefusedError(f"the bucket answered {self.status} {self.code} {self.message}")


def _may_be_made_of(stored: StoredObject, parts: int) -> bool:
    """Tell whether the object may have been made of so many parts, which is what the ETags of most buckets say."""
    counted = _COUNTED_ETAG.fullmatch(stored.etag)
    return counted is None or int(counted.group(1)) == parts


def _all(element: ET.Element, name: str) -> list[ET.Element]:
    """Return the children of that name, in whatever namespace the store uses."""
    return [child for child in element if child.tag.rpartition("}")[2] == name]


def _text(element: ET.Element, name: str) -> str:
    found = _all(element, name)
    return (found[0].text or "") if found else ""
