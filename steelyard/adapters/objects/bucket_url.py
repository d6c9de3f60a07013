"""Reads bucket URLs: `s3://bucket/prefix`, or `s3://key:secret@host:port/bucket/prefix?tls=&region=&forcePathStyle=`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from steelyard.kernel.errors import Invalid

_FORM = "a bucket URL must look like s3://bucket/prefix or s3://key:secret@host:port/bucket/prefix?region=…"
_TRUE = {"true", "1"}


@dataclass(frozen=True)
class Bucket:
    """`endpoint` is empty for AWS itself; empty keys mean the machine's own credentials."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    key: str
    secret: str
    path_style: bool


def parse_bucket_url(text: str, default_region: str) -> Bucket:
    """Return what the URL names. Raises `Invalid`.

    An authority with a port, or user-info with a path, is an endpoint whose first path segment is the bucket; any
    other authority is the bucket. User-info may hold raw `/` and `+`, so it ends at the last `@`.
    """
    if not text.startswith("s3://"):
        raise Invalid(_FORM)
    # Old set-ups repeat the question mark: ?region=x?tls=true
    rest, *pairs = re.split(r"[?&]", text[5:])
    options = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    user_info, _, place = rest.rpartition("@")
    key, _, secret = user_info.partition(":")
    authority, _, path = place.partition("/")
    endpoint, bucket, prefix = "", authority, path
    if ":" in authority or (user_info and path):
        scheme = "https" if options.get("tls", "").lower() in _TRUE or _is_aws(authority) else "http"
        endpoint = f"{scheme}://{authority}"
        bucket, _, prefix = path.partition("/")
    if not bucket:
        raise Invalid(_FORM)
    path_style = options.get("forcePathStyle", "" if _is_aws(endpoint) or not endpoint else "true").lower() in _TRUE
    region = options.get("region") or default_region
    return Bucket(bucket, prefix.strip("/"), endpoint, region, unquote(key), unquote(secret), path_style)


def _is_aws(host: str) -> bool:
    return host.endswith("amazonaws.com")
