"""Uploads to Azure Blob Storage in parts, which are blocks there: staged under a name, then listed as content.

Nothing is remembered here. The service knows no uploads, only blocks by id, so the id of a block says all of its part:
which upload, which number, which content. The blocks of an upload that is given up go by themselves after a week.
"""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from steelyard.adapters.objects.multipart import check_list, check_number, md5_of_etag, sized
from steelyard.adapters.objects.sas import ContainerSigner
from steelyard.kernel.errors import Invalid, NotFound, Unavailable
from steelyard.ports.objects import PartAddress, StoredObject

Stat = Callable[[str], Awaitable[StoredObject | None]]

# A call is signed, sent at once and forgotten.
_CALL_TTL_S = 900
_UPLOAD = re.compile(r"[0-9a-f]{32}")
# The block by which an upload is known to go on has the number that no part has.
_MARK, _NO_CONTENT = 0, "0" * 32
# A list of blocks that does not fit what is staged, by the codes of the service.
_UNFIT = {"BlockCountExceedsLimit", "InvalidBlobOrBlock", "InvalidBlockId", "InvalidBlockList"}
_PASSING = {408, 429}
_GONE = {"BlobNotFound"}


class ContainerRefusedError(Exception):
    """The service answered with an error that is neither the sender's nor passing: the settings, or our mistake."""


class ContainerParts:
    """The half of `steelyard.ports.objects.ObjectStore` about parts; keys are whole, the prefix included."""

    def __init__(self, signer: ContainerSigner, stat: Stat, timeout: httpx.Timeout) -> None:
        self._signer = signer
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
        upload_id = secrets.token_hex(16)
        answer = await self._put_block(key, _block(upload_id, _MARK, _NO_CONTENT), content=b"-")
        _check(answer)
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
            raise Invalid(f"the object store refuses this part: {_code(answer)}")
        _check(answer)
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
            _check(await self._put_list(key, wanted))
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
        _check(made)
        url = self._signer.blob(key, "d", _CALL_TTL_S)
        _check(await self._send("DELETE", url, headers={"If-Match": made.headers["ETag"]}), fine=_GONE)

    async def _blocks(self, key: str) -> tuple[list[str], set[str]]:
        """Return the ids of the blocks that the blob is made of, and of those that are staged for it."""
        query = [("comp", "blocklist"), ("blocklisttype", "all")]
        answer = await self._send("GET", self._signer.blob(key, "r", _CALL_TTL_S, query=query))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return [], set()
        _check(answer)
        page = ET.fromstring(answer.content)  # noqa: S314 - the operator's own store; expat bounds entities
        names = [[name.text or "" for name in page.iterfind(f"{kind}/Block/Name")] for kind in _KINDS]
        return names[0], set(names[1])

    async def _put_block(self, key: str, block: str, **options: Any) -> httpx.Response:
        query = [("comp", "block"), ("blockid", block)]
        return await self._send("PUT", self._signer.blob(key, "w", _CALL_TTL_S, query=query), **options)

    async def _put_list(self, key: str, blocks: Sequence[str], headers: dict[str, str] | None = None) -> httpx.Response:
        listed = ET.Element("BlockList")
        for block in blocks:
            ET.SubElement(listed, "Latest").text = block
        body = b'<?xml version="1.0" encoding="utf-8"?>' + ET.tostring(listed)
        url = self._signer.blob(key, "w", _CALL_TTL_S, query=[("comp", "blocklist")])
        return await self._send("PUT", url, content=body, headers=headers or {})

    async def _send(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            return await self._client().request(method, url, **options)
        except httpx.TransportError as error:
            raise Unavailable("the object store does not answer; the request may be repeated") from error


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


def _check(answer: httpx.Response, fine: set[str] | None = None) -> None:
    """Raise what the answer means, unless it is a success."""
    code = _code(answer)
    if answer.is_success or code in (fine or set()):
        return
    if answer.status_code >= 500 or answer.status_code in _PASSING:
        raise Unavailable("the object store has a passing fault; the request may be repeated")
    if code in _UNFIT:
        raise Invalid(f"the object store refuses this: {code}")
    raise ContainerRefusedError(f"the container answered {answer.status_code} {code}")


def _code(answer: httpx.Response) -> str:
    code: str = answer.headers.get("x-ms-error-code", "")
    return code
