"""Reads bucket URLs: `s3://bucket/prefix`, or `s3://key:secret@host:port/bucket/prefix?tls=&region=&forcePathStyle=`.

The grammar of W&B Server to the letter, its ambiguity included: what follows the account is an endpoint or a bucket.
`steelyard doctor bucket` prints how a URL was read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from steelyard.config.container_url import is_container_url, parse_container_url
from steelyard.config.percent import decoded, options_of
from steelyard.kernel.errors import Invalid

FORM = "s3://bucket/prefix or s3://key:secret@host:port/bucket/prefix?region=…&tls=true"
_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}
_FOLDER = "file://"
_COREWEAVE = "cwobject.com"
_GOOGLE = "storage.googleapis.com"
# Where its S3 interface is asked, all regions are one.
_GOOGLE_REGION = "auto"
_GOOGLE_KEYS = (
    "Google Cloud Storage is reached by its S3 interface, with an HMAC key of a service account:"
    " gs://key:secret@bucket/prefix; accounts by file, by private key and of the machine cannot sign for clients here"
)
_AWS_REGION = re.compile(r"s3[.-](?:fips[.-])?(?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-[0-9])\.amazonaws\.com")
# What other schemes are, and what to write instead.
_REFUSED = {
    "gcs": "no such scheme; Google Cloud Storage is gs://key:secret@bucket, with a key of its S3 interface",
    "azure": "no such scheme; Azure Blob Storage is az://account/container",
    "minio": "write s3://key:secret@host:port/bucket",
    "http": f"write {FORM}",
    "https": f"write {FORM}",
}


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


def folder_of(text: str) -> Path | None:
    """Return the folder of a `file:///…` URL, None for other ones. Raises `Invalid` for a relative one."""
    if not text.startswith(_FOLDER):
        return None
    path = Path(decoded(text.removeprefix(_FOLDER)))
    if not path.is_absolute():
        raise Invalid("a folder is written file:///with/its/whole/path")
    return path


def check_bucket_url(text: str) -> None:
    """Raise `Invalid` for a URL that cannot be read. The message does not hold the URL: there are secrets in it."""
    if is_container_url(text):
        parse_container_url(text)
    elif folder_of(text) is None:
        parse_bucket_url(text, "")


def parse_bucket_url(text: str, default_region: str) -> Bucket:
    """Return what the URL names. Raises `Invalid`.

    An authority with a port, or user-info with a path, is an endpoint whose first path segment is the bucket; any
    other authority is the bucket. User-info may hold raw `/` and `+`, so it ends at the last `@`.
    """
    scheme, separator, rest = text.strip().partition("://")
    if not separator or scheme not in {"s3", "cw", "gs"}:
        raise Invalid(_REFUSED.get(scheme.lower() if separator else "", f"a bucket URL must look like {FORM}"))
    user_info, _, rest = rest.rpartition("@")
    place, options = options_of(rest)
    key, _, secret = user_info.partition(":")
    authority, _, path = place.partition("/")
    path = path.strip("/")
    if scheme == "gs":
        return _google(authority, path, (key, secret), options)
    if scheme == "cw" and authority != _COREWEAVE:
        authority, path = _COREWEAVE, "/".join(part for part in (authority, path) if part)
    host, bucket, prefix = "", authority, path
    if ":" in authority or authority == _COREWEAVE or (user_info and path):
        host = authority
        bucket, _, prefix = path.partition("/")
    if not bucket:
        raise Invalid(f"the URL names no bucket; it must look like {FORM}")
    return Bucket(
        bucket=decoded(bucket),
        prefix=decoded(prefix).strip("/"),
        endpoint=_endpoint(host, options),
        region=options.get("region") or _region_of(host) or default_region,
        key=decoded(key),
        secret=decoded(secret),
        path_style=_switch(options, "forcepathstyle", default=not _has_bucket_hosts(host)),
    )


def _google(bucket: str, prefix: str, keys: tuple[str, str], options: dict[str, str]) -> Bucket:
    """Return the bucket at Google, whose URLs name it first, with and without keys."""
    key, secret = (decoded(text) for text in keys)
    if not key or not secret or "@" in key:
        raise Invalid(_GOOGLE_KEYS)
    if not bucket:
        raise Invalid("the URL names no bucket; it must look like gs://key:secret@bucket/prefix")
    region = options.get("region") or _GOOGLE_REGION
    return Bucket(decoded(bucket), decoded(prefix), f"https://{_GOOGLE}", region, key, secret, path_style=True)


def _endpoint(host: str, options: dict[str, str]) -> str:
    """Return the origin of the store. AWS is reached by TLS only; others are plain unless told otherwise."""
    is_tls = _switch(options, "tls", default=_has_bucket_hosts(host)) or _is_aws(host)
    return f"{'https' if is_tls else 'http'}://{host}" if host else ""


def _switch(options: dict[str, str], name: str, *, default: bool) -> bool:
    value = options.get(name, "").lower()
    if value not in _TRUE | _FALSE | {""}:
        raise Invalid(f"the option {name} of the bucket URL must be true or false, not {value!r}")
    return value in _TRUE if value else default


def _has_bucket_hosts(host: str) -> bool:
    """Tell whether the bucket is part of the host's name there, unless the URL says otherwise."""
    return not host or _is_aws(host) or host == _COREWEAVE


def _is_aws(host: str) -> bool:
    return host.partition(":")[0].endswith(("amazonaws.com", "amazonaws.com.cn"))


def _region_of(host: str) -> str:
    found = _AWS_REGION.fullmatch(host)
    return found[1] if found else ""
