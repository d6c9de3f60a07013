"""Uploads to a bucket in parts. The bucket keeps the state of every upload; nothing is remembered here."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

import httpx

from steelyard.adapters.objects.multipart import check_list, check_number, sized
from steelyard.adapters.objects.s3_calls import GONE, BucketCalls, children, text_of
from steelyard.kernel.clock import parse_iso
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.objects import PartAddress, StoredObject, Unfinished

Stat = Callable[[str], Awaitable[StoredObject | None]]

# Stores copy large objects together before they answer.
_COMPLETE_TIMEOUT = httpx.Timeout(600.0, connect=5.0)
_COUNTED_ETAG = re.compile(r'"[0-9a-f]+-([0-9]+)"')


class BucketParts:
    """The half of `steelyard.ports.objects.ObjectStore` about parts; keys are whole, the bucket's prefix included."""

    def __init__(self, calls: BucketCalls, stat: Stat, encryption: Mapping[str, str]) -> None:
        self._calls = calls
        self._encryption = encryption
        self._stat = stat

    async def start(self, key: str) -> str:
        answer = await self._calls.send("POST", key, [("uploads", "")], self._encryption)
        answer.check()
        return text_of(answer.document(), "UploadId")

    async def put(self, part: PartAddress, body: AsyncIterator[bytes], size_bytes: int, md5: bytes | None) -> str:
        held_to = {"Content-MD5": base64.b64encode(md5).decode()} if md5 else {}
        length = {"Content-Length": str(size_bytes)}
        content = sized(body, size_bytes)
        answer = await self._calls.send("PUT", part.key, query_of(part), held_to, content=content, headers=length)
        if answer.code in GONE:
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
        query = [("uploadId", upload_id)]
        answer = await self._calls.send("POST", key, query, content=ET.tostring(listed), timeout=_COMPLETE_TIMEOUT)
        # Gone is also an upload that was completed, when the answer was lost and is asked for again.
        if answer.code not in GONE:
            answer.check()
        stored = await self._stat(key)
        if stored is None:
            raise Invalid("there is no such upload")
        if not _may_be_made_of(stored, len(parts)):
            raise Invalid("the upload was completed with other parts")
        return stored

    async def abort(self, key: str, upload_id: str) -> None:
        await self._calls.call("DELETE", key, [("uploadId", upload_id)], fine=GONE)

    async def unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        place: list[tuple[str, str]] = []
        while True:
            answer = await self._calls.call("GET", "", [("uploads", ""), ("prefix", prefix), *place])
            page = answer.document()
            for item in children(page, "Upload"):
                found = Unfinished(
                    text_of(item, "Key"), text_of(item, "UploadId"), parse_iso(text_of(item, "Initiated"))
                )
                if found.started_at < before and found.key.startswith(prefix):
                    yield found
            if text_of(page, "IsTruncated") != "true":
                return
            place = [("key-marker", text_of(page, "NextKeyMarker"))]
            place.append(("upload-id-marker", text_of(page, "NextUploadIdMarker")))


def query_of(part: PartAddress) -> list[tuple[str, str]]:
    """Return what names the part in a URL. Raises `Invalid` for a number that no part has."""
    check_number(part.number)
    return [("partNumber", str(part.number)), ("uploadId", part.upload_id)]


def _may_be_made_of(stored: StoredObject, parts: int) -> bool:
    """Tell whether the object may have been made of so many parts, which is what the ETags of most buckets say."""
    counted = _COUNTED_ETAG.fullmatch(stored.etag)
    return counted is None or int(counted.group(1)) == parts
