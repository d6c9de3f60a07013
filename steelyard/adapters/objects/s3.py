"""Objects in an S3-compatible bucket, by SigV4.

One kind of URL leads to ourselves: a bucket signs GET or HEAD, not both (`sign_read`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx
from obstore.store import S3Store

from steelyard.adapters.objects.account import BucketAccount
from steelyard.adapters.objects.bucket import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, BucketObjects, client_options
from steelyard.adapters.objects.s3_calls import BucketCalls
from steelyard.adapters.objects.s3_parts import BucketParts
from steelyard.adapters.objects.s3_urls import BucketUrls
from steelyard.adapters.objects.s3_versions import BucketVersions
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.adapters.objects.sigv4 import BucketSigner
from steelyard.config.bucket_url import Bucket
from steelyard.ports.objects import Grant, PartAddress, SignedRequest, StoredObject, Unfinished


@dataclass(frozen=True)
class S3Options:
    """How the bucket is used: where clients reach it, what encrypts in it, and whether what is deleted goes wholly."""

    public_endpoint: str = ""
    kms_key_id: str = ""
    purge_versions: bool = False


_PLAIN = S3Options()


class S3Objects(BucketObjects):
    """Meets `steelyard.ports.objects.ObjectStore`."""

    def __init__(
        self,
        bucket: Bucket,
        signer: UrlSigner,
        options: S3Options = _PLAIN,
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        account, own = BucketAccount(bucket), BucketSigner(bucket)
        store = _open(bucket, own, account, options.kms_key_id, read_timeout_s)
        # Of what a bucket encrypts with a key of its own account, the ETag is no MD5.
        super().__init__(store, bucket.prefix, signer, etags_are_md5=not options.kms_key_id)
        encryption = _encryption(options.kms_key_id)
        timeout = httpx.Timeout(read_timeout_s, connect=CONNECT_TIMEOUT_S)
        self._calls = BucketCalls(own, account, timeout)
        self._parts = BucketParts(self._calls, self._stat_whole, encryption)
        self._versions = BucketVersions(self._calls) if options.purge_versions else None
        self._urls = BucketUrls(bucket, account, endpoint=options.public_endpoint, encryption=encryption)

    async def delete(self, key: str) -> None:
        await super().delete(key)
        if self._versions:
            await self._versions.purge(self._prefix + key)

    async def sign_get(self, key: str, grant: Grant, *, filename: str, content_type: str) -> SignedRequest:
        del filename, content_type  # the bucket signs neither a name nor a type
        return await self._urls.of_get(self._prefix + key, grant)

    async def sign_put(self, key: str, grant: Grant, *, md5: bytes | None = None) -> SignedRequest:
        return await self._urls.of_put(self._prefix + key, grant, md5)

    async def start_parts(self, key: str) -> str:
        return await self._parts.start(self._prefix + key)

    async def sign_part(self, part: PartAddress, grant: Grant, *, md5: bytes | None = None) -> SignedRequest:
        return await self._urls.of_part(self._whole(part), grant, md5)

    async def put_part(
        self, part: PartAddress, body: AsyncIterator[bytes], *, size_bytes: int, md5: bytes | None = None
    ) -> str:
        return await self._parts.put(self._whole(part), body, size_bytes, md5)

    def _whole(self, part: PartAddress) -> PartAddress:
        return replace(part, key=self._prefix + part.key)

    async def complete_parts(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> StoredObject:
        return await self._parts.complete(self._prefix + key, upload_id, parts)

    async def abort_parts(self, key: str, upload_id: str) -> None:
        await self._parts.abort(self._prefix + key, upload_id)

    async def list_unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        async for found in self._parts.unfinished(self._prefix + prefix, before):
            yield replace(found, key=found.key.removeprefix(self._prefix))

    async def close(self) -> None:
        await self._calls.close()


def _open(bucket: Bucket, own: BucketSigner, account: BucketAccount, kms_key_id: str, read_timeout_s: float) -> S3Store:
    options: dict[str, Any] = {
        "region": bucket.region,
        "virtual_hosted_style_request": not bucket.path_style,
    }
    if bucket.endpoint:
        # Where the bucket is part of the host's name, the library wants that whole name.
        options["endpoint"] = bucket.endpoint if bucket.path_style else own.origin
    if account.is_borrowed:
        options["credential_provider"] = account.lend
    else:
        options.update(access_key_id=bucket.key, secret_access_key=bucket.secret)
    if kms_key_id:
        options.update(server_side_encryption="aws:kms", sse_kms_key_id=kms_key_id)
    return S3Store(bucket.bucket, **client_options(read_timeout_s), **options)


def _encryption(kms_key_id: str) -> dict[str, str]:
    name = "x-amz-server-side-encryption"
    return {name: "aws:kms", f"{name}-aws-kms-key-id": kms_key_id} if kms_key_id else {}
