"""Uploads to Azure Blob Storage in parts, which are blocks there: staged under a name, then listed as content.

Nothing is remembered here. The service knows no uploads, only blocks by id, so the id of a block says all of its part:
which upload, which number, which content. The blocks of an upload that is given up go by themselves after a week.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from steelyard.adapters.objects.azure_calls import ContainerCalls, check, code_of
from steelyard.adapters.objects.multipart import check_list, check_number, md5_of_etag, sized
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.objects import PartAddress, StoredObject

Stat = Callable[[str], Awaitable[StoredObject | None]]

_UPLOAD = re.compile(r"[0-9a-f]{32}")
# The block by which an upload is known to go on has the number that no part has.
_MARK, _NO_CONTENT = 0, "0" * 32
_GONE = {"BlobNotFound"}


class ContainerParts:
    """The half of `steelyard.ports.objects.ObjectStore` about parts; keys are whole, the prefix included."""

    def __init__(self, calls: ContainerCalls, stat: Stat) -> None:
        self._calls = calls
        self._stat = stat

    async def start(self, key: str) -> str:
        upload_id = secrets.token_hex(16)
        answer = await self._put_block(key, _block(upload_id, _MARK, _NO_CONTENT), content=b"-")
        check(answer)
        return upload_id

    async def put(self, part: PartAddress, body: AsyncIterator[bytes], size_bytes: int, md5: bytes | None) -> str:
        """Stage the part. Its ETag is the MD5 that the service holds it to, or else a name that nobody has used."""
        check_number(part.number)
        if _mark(part.upload_id) not in (await self._blocks(part.key))[1]:
            raise NotFound("there is no such upload")
        content = md5.hex() if md5 else secrets.token_hex(16)
        headers = {"Content-Length": str(size_bytes)}
        if md5:
            headers["Content-MD5"] = base64.b64encode(md5).decode()
        block = _block(part.upload_id, part.number, content)
        answer = await self._put_block(part.key, block, content=sized(body, size_bytes), headers=headers)
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise Invalid(f"the object store refuses this part: {code_of(answer)}")
        check(answer)
        return f'"{content}"'

    async def complete(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> StoredObject:
        check_list(parts)
        wanted = [_block(upload_id, number, md5_of_etag(etag) or "") for number, etag in parts]
        committed, staged = await self._blocks(key)
        if committed != wanted:
            if _mark(upload_id) not in staged:
                known = any(block.startswith(_mark(upload_id)[:20]) for block in committed)
                raise Invalid("the upload was completed with other parts" if known else "there is no such upload")
            if set(wanted) - set(staged):
                raise Invalid("a part is missing, or is not the one that was sent")
            check(await self._put_list(key, wanted))
        stored = await self._stat(key)
        if stored is None:
            raise Invalid("there is no such upload")
        return stored

    async def abort(self, key: str, upload_id: str) -> None:
        """Drop the blocks, by making the blob an empty one and deleting it, where there is none yet."""
        committed, staged = await self._blocks(key)
        if committed or _mark(upload_id) not in staged:
            return
        made = await self._put_list(key, [], {"If-None-Match": "*"})
        if made.status_code in {httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED}:
            return
        check(made)
        url = self._calls.url(key, "d")
        check(await self._calls.send("DELETE", url, headers={"If-Match": made.headers["ETag"]}), fine=_GONE)

    async def _blocks(self, key: str) -> tuple[list[str], set[str]]:
        """Return the ids of the blocks that the blob is made of, and of those that are staged for it."""
        query = [("comp", "blocklist"), ("blocklisttype", "all")]
        answer = await self._calls.send("GET", self._calls.url(key, "r", query))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return [], set()
        check(answer)
        page = ET.fromstring(answer.content)  # noqa: S314 - the operator's own store; expat bounds entities
        names = [[name.text or "" for name in page.iterfind(f"{kind}/Block/Name")] for kind in _KINDS]
        return names[0], set(names[1])

    async def _put_block(self, key: str, block: str, **options: Any) -> httpx.Response:
        query = [("comp", "block"), ("blockid", block)]
        return await self._calls.send("PUT", self._calls.url(key, "w", query), **options)

    async def _put_list(self, key: str, blocks: Sequence[str], headers: dict[str, str] | None = None) -> httpx.Response:
        listed = ET.Element("BlockList")
        for block in blocks:
            ET.SubElement(listed, "Latest").text = block
        body = b'<?xml version="1.0" encoding="utf-8"?>' + ET.tostring(listed)
        url = self._calls.url(key, "w", [("comp", "blocklist")])
        return await self._calls.send("PUT", url, content=body, headers=headers or {})


_KINDS = ("CommittedBlocks", "UncommittedBlocks")


def _block(upload_id: str, number: int, content: str) -> str:
    """Return the id of a block, of one length for all. Raises `Invalid` for what is no upload or no part of one."""
    if not _UPLOAD.fullmatch(upload_id):
        raise Invalid("there is no such upload")
    if not _UPLOAD.fullmatch(content):
        raise Invalid("a part is missing, or is not the one that was sent")
    return base64.b64encode(bytes.fromhex(upload_id) + number.to_bytes(2, "big") + bytes.fromhex(content)).decode()


def _mark(upload_id: str) -> str:
    return _block(upload_id, _MARK, _NO_CONTENT)
