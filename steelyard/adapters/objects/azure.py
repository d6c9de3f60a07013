"""Objects in a container of Azure Blob Storage. Clients reach them by signed URLs; bytes do not pass us.

Two kinds of URL lead to ourselves: those of documents (`sign_read`), and those of parts: the service answers the sender
of a block without the ETag by which clients name it again.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime

import httpx
from obstore.store import AzureStore

from steelyard.adapters.objects.azure_calls import ContainerCalls
from steelyard.adapters.objects.azure_copies import copy
from steelyard.adapters.objects.azure_parts import ContainerParts
from steelyard.adapters.objects.bucket import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, BucketObjects, client_options
from steelyard.adapters.objects.sas import KIND, ContainerSigner, Told
from steelyard.adapters.objects.signing import OwnParts, UrlSigner, named
from steelyard.config.container_url import Container
from steelyard.kernel.showing import disposition
from steelyard.ports.objects import Grant, PartAddress, SignedRequest, StoredObject, Unfinished


class AzureObjects(BucketObjects, OwnParts):
    """Meets `steelyard.ports.objects.ObjectStore`."""

    def __init__(
        self,
        container: Container,
        signer: UrlSigner,
        *,
        public_root: str = "",
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        store = AzureStore(
            container.container,
            account_name=container.account,
            account_key=container.key,
            endpoint=container.root,
            **client_options(read_timeout_s),
        )
        # The service tells no MD5 that it has checked for everything it stores, and lists from the beginning only.
        super().__init__(store, container.prefix, signer, etags_are_md5=False, lists_from=False)
        timeout = httpx.Timeout(read_timeout_s, connect=CONNECT_TIMEOUT_S)
        self._calls = ContainerCalls(ContainerSigner(container), timeout)
        self._parts = ContainerParts(self._calls, self._stat_whole)
        self._sas = ContainerSigner(container, root=public_root)

    async def sign_get(self, key: str, grant: Grant, *, filename: str, content_type: str) -> SignedRequest:
        told = Told(disposition(content_type, filename), content_type)
        return SignedRequest(self._url(key, "r", grant, told))

    async def sign_put(self, key: str, grant: Grant, *, md5: bytes | None = None) -> SignedRequest:
        # Writing once only would turn away the second of two clients that bring the same content at a time.
        held_to = {"Content-MD5": base64.b64encode(md5).decode()} if md5 else {}
        return SignedRequest(self._url(key, "cw", grant), KIND | held_to)

    async def freeze(self, key: str, fresh: str) -> str:
        """Copy it: no signature holds those who have an address to the content that it was given for."""
        await copy(self._calls, self._prefix + key, self._prefix + fresh)
        return fresh

    def _url(self, key: str, rights: str, grant: Grant, told: Told | None = None) -> str:
        # Who asked stands in the service's log; its signatures have no place for it.
        who = list(named(grant).items())
        return self._sas.blob(self._prefix + key, rights, grant.ttl_s, query=who, told=told)

    async def start_parts(self, key: str) -> str:
        return await self._parts.start(self._prefix + key)

    async def put_part(
        self, part: PartAddress, body: AsyncIterator[bytes], *, size_bytes: int, md5: bytes | None = None
    ) -> str:
        return await self._parts.put(replace(part, key=self._prefix + part.key), body, size_bytes, md5)

    async def complete_parts(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> StoredObject:
        return await self._parts.complete(self._prefix + key, upload_id, parts)

    async def abort_parts(self, key: str, upload_id: str) -> None:
        await self._parts.abort(self._prefix + key, upload_id)

    async def list_unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        """Yield nothing: the service gives up by itself, after a week."""
        del prefix, before
        nothing: tuple[Unfinished, ...] = ()
        for found in nothing:
            yield found

    async def close(self) -> None:
        await self._calls.close()
