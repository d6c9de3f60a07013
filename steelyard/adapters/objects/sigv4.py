"""Signs URLs of an S3-compatible bucket (AWS Signature Version 4, in the query): any method, query and headers.

Our own because no small library signs the parts of an upload, or the headers that a client must send along.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

from steelyard.config.bucket_url import Bucket
from steelyard.kernel.clock import Clock, utc_now

_UNRESERVED = "-_.~"


@dataclass(frozen=True)
class Credentials:
    """An account of the bucket. Temporary ones have a `token`, and end."""

    key: str
    secret: str
    token: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Signed:
    """What more a URL fixes: `query` is in it, and its sender must send `headers` as they are."""

    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


PLAIN = Signed()


class BucketSigner:
    """Knows where the bucket is, not who asks: the credentials come with each call.

    `endpoint` is another address of the same bucket, such as the one that clients reach.
    """

    def __init__(self, bucket: Bucket, *, endpoint: str = "", clock: Clock = utc_now) -> None:
        address = urlsplit(endpoint or bucket.endpoint or f"https://s3.{bucket.region}.amazonaws.com")
        self._scheme, host, path = address.scheme, address.netloc, address.path.rstrip("/")
        self._host = host if bucket.path_style else f"{bucket.bucket}.{host}"
        self._root = f"{path}/{bucket.bucket}" if bucket.path_style else path
        self._region = bucket.region
        self._clock = clock
        self._derived: tuple[tuple[str, str], bytes] = (("", ""), b"")

    @property
    def origin(self) -> str:
        """Where the URLs lead."""
        return f"{self._scheme}://{self._host}"

    def sign(self, account: Credentials, method: str, key: str, ttl_s: int, more: Signed = PLAIN) -> str:
        """Return a URL good for `ttl_s` seconds. An empty `key` is the bucket itself."""
        stamp = self._clock().strftime("%Y%m%dT%H%M%SZ")
        scope = f"{stamp[:8]}/{self._region}/s3/aws4_request"
        path = f"{self._root}/{quote(key, safe='/' + _UNRESERVED)}"
        sent = sorted([("host", self._host), *((k.lower(), " ".join(v.split())) for k, v in more.headers.items())])
        names = ";".join(name for name, _ in sent)
        pairs = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", f"{account.key}/{scope}"),
            ("X-Amz-Date", stamp),
            ("X-Amz-Expires", str(ttl_s)),
            ("X-Amz-SignedHeaders", names),
            *more.query,
        ]
        if account.token:
            pairs.append(("X-Amz-Security-Token", account.token))
        asked = "&".join(f"{name}={value}" for name, value in sorted((_escaped(n), _escaped(v)) for n, v in pairs))
        lines = [method, path, asked, *(f"{name}:{value}" for name, value in sent), "", names, "UNSIGNED-PAYLOAD"]
        request = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{request}"
        signature = hmac.digest(self._signing_key(account.secret, stamp[:8]), text.encode(), "sha256").hex()
        return f"{self.origin}{path}?{asked}&X-Amz-Signature={signature}"

    def _signing_key(self, secret: str, day: str) -> bytes:
        """Derive the key of that day, or remember it: it is a third of the work."""
        known, derived = self._derived
        if known != (secret, day):
            derived = f"AWS4{secret}".encode()
            for step in (day, self._region, "s3", "aws4_request"):
                derived = hmac.digest(derived, step.encode(), "sha256")
            self._derived = ((secret, day), derived)
        return derived


def _escaped(text: str) -> str:
    return quote(text, safe=_UNRESERVED)
