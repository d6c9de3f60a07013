"""Signs and checks URLs of our own address: method, key and expiry under a server-wide secret (HMAC-SHA256)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from steelyard.adapters.objects.multipart import check_number
from steelyard.kernel.errors import Denied
from steelyard.ports.objects import Grant, PartAddress, SignedRequest

PATH_PREFIX = "/storage/"
# What the caller was known by who asked for the URL: it is looked up at each use.
PROOF = "proof"
# Shorter lives are meant to the second.
_SAME_FROM_S = 3600


class UrlSigner:
    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def sign(self, method: str, key: str, grant: Grant, extra: Mapping[str, str]) -> str:
        """Return an absolute URL. `extra` and who asked travel in the query, signed too.

        One for reading may end up to a quarter earlier: so it is the same for some time, and browsers know it again.
        """
        expires = int(time.time()) + grant.ttl_s
        if method == "GET" and grant.ttl_s >= _SAME_FROM_S:
            expires -= expires % (grant.ttl_s // 4)
        proof = {PROOF: grant.proof} if grant.proof else {}
        query = {"method": method, "expires": str(expires), **extra, **named(grant), **proof}
        signature = self._digest(key, query)
        return f"{grant.origin}{PATH_PREFIX}{quote(key, safe='/')}?{urlencode({**query, 'signature': signature})}"

    def check(self, method: str, key: str, query: Mapping[str, str]) -> None:
        """Raise `Denied` unless the query was signed by us for `method` and `key` and has not expired."""
        signed = {name: value for name, value in query.items() if name != "signature"}
        given = query.get("signature", "")
        if not hmac.compare_digest(self._digest(key, signed).encode(), given.encode()):
            raise Denied("the signature of this URL does not fit")
        if int(signed["expires"]) < time.time():
            raise Denied("this URL has expired; ask for a new one")
        wanted = "GET" if method == "HEAD" else method
        if signed["method"] != wanted:
            raise Denied(f"this URL was signed for {signed['method']}")

    def _digest(self, key: str, query: Mapping[str, str]) -> str:
        parts = [key, *(f"{name}={query[name]}" for name in sorted(query))]
        return hmac.new(self._secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def named(grant: Grant) -> dict[str, str]:
    """Return what says in a URL who asked for it, under the name that W&B Server uses."""
    return {"X-User": grant.requester} if grant.requester else {}


class OwnReads:
    """A store some or all of whose objects clients reach through this server (`http/objects.py`)."""

    def __init__(self, signer: UrlSigner) -> None:
        self.signer = signer

    async def freeze(self, key: str, fresh: str) -> str:
        """Return `key`: its URLs take the content alone that they were signed for."""
        del fresh
        return key

    async def sign_read(self, key: str, grant: Grant, *, filename: str, content_type: str) -> SignedRequest:
        extra = {"filename": filename, "type": content_type}
        return SignedRequest(self.signer.sign("GET", key, grant, extra))


class OwnParts(OwnReads):
    """A store whose uploads in parts come through this server."""

    async def sign_part(self, part: PartAddress, grant: Grant, *, md5: bytes | None = None) -> SignedRequest:
        check_number(part.number)
        extra = {"upload": part.upload_id, "part": str(part.number), **_announced(md5)}
        return SignedRequest(self.signer.sign("PUT", part.key, grant, extra))


class OwnAddresses(OwnParts):
    """The signing half of a store whose objects clients reach through this server only."""

    async def sign_get(self, key: str, grant: Grant, *, filename: str, content_type: str) -> SignedRequest:
        return await self.sign_read(key, grant, filename=filename, content_type=content_type)

    async def sign_put(self, key: str, grant: Grant, *, md5: bytes | None = None) -> SignedRequest:
        return SignedRequest(self.signer.sign("PUT", key, grant, _announced(md5)))


def _announced(md5: bytes | None) -> dict[str, str]:
    return {"md5": base64.b64encode(md5).decode()} if md5 else {}
