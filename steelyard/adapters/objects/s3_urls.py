"""The URLs by which clients and browsers reach a bucket, at the address that they know it by."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from steelyard.adapters.objects.account import BucketAccount
from steelyard.adapters.objects.s3_parts import query_of
from steelyard.adapters.objects.signing import named
from steelyard.adapters.objects.sigv4 import BucketSigner, Signed
from steelyard.config.bucket_url import Bucket
from steelyard.ports.objects import Grant, PartAddress, SignedRequest


class BucketUrls:
    """The signing third of `steelyard.ports.objects.ObjectStore`; keys are whole, the bucket's prefix included.

    What is signed by borrowed credentials ends with them, if that is earlier. `encryption` are headers that every
    object is written with.
    """

    def __init__(
        self, bucket: Bucket, account: BucketAccount, *, endpoint: str = "", encryption: Mapping[str, str]
    ) -> None:
        self._signer = BucketSigner(bucket, endpoint=endpoint)
        self._account = account
        self._encryption = dict(encryption)

    async def of_get(self, key: str, grant: Grant) -> SignedRequest:
        return await self._sign("GET", key, grant, Signed())

    async def of_put(self, key: str, grant: Grant, md5: bytes | None) -> SignedRequest:
        return await self._sign("PUT", key, grant, Signed(headers=_announced(md5) | self._encryption))

    async def of_part(self, part: PartAddress, grant: Grant, md5: bytes | None) -> SignedRequest:
        # How it is encrypted was said when the upload began.
        return await self._sign("PUT", part.key, grant, Signed(query_of(part), _announced(md5)))

    async def _sign(self, method: str, key: str, grant: Grant, more: Signed) -> SignedRequest:
        more = Signed([*more.query, *named(grant).items()], more.headers)
        url = self._signer.sign(await self._account.credentials(), method, key, grant.ttl_s, more)
        return SignedRequest(url, more.headers)


def _announced(md5: bytes | None) -> dict[str, str]:
    """Return the header that a bucket holds a body to; it is signed, so that nobody can send another."""
    return {"Content-MD5": base64.b64encode(md5).decode()} if md5 else {}
