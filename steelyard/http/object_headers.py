"""What an answer says about an object, and which part of it is asked for. Nothing stored is trusted.

Documents open in a sandbox without cookies, and everything but plain media is a download.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import format_datetime

from steelyard.kernel.showing import disposition
from steelyard.ports.objects import StoredObject

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
# Names by which clients say what a file of media holds, and the content of artifacts: never another for the same.
_BY_DIGEST = re.compile(r".*_[0-9a-f]{20}(\.[^/]*)?")
_CONTENT = re.compile(r"artifacts/[^/]+/content/[^/]+")
_FOR_EVER, _FOR_NOW = "private, max-age=31536000, immutable", "private, max-age=3600"
_SANDBOX = "default-src 'self' data: blob: 'unsafe-inline'; sandbox"
# Pages are shown without being asked for: what they want from elsewhere would tell others who looks, and keep the page
# blank where there is no way out. The client itself puts a stylesheet of another host into each.
_SANDBOX_HTML = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; sandbox allow-scripts allow-popups"


def describe(stored: StoredObject, signed: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of the object under the type and the name that its URL was signed with."""
    kind, filename = signed.get("type") or "application/octet-stream", signed.get("filename", "download")
    never_changes = _CONTENT.fullmatch(stored.key) or _BY_DIGEST.fullmatch(filename)
    headers = {
        "content-type": f"{kind}; charset=utf-8" if kind.startswith("text/") and "charset" not in kind else kind,
        "content-disposition": disposition(kind, filename),
        "content-security-policy": _SANDBOX_HTML if kind.startswith("text/html") else _SANDBOX,
        "x-content-type-options": "nosniff",
        "cache-control": _FOR_EVER if never_changes else _FOR_NOW,
        "last-modified": format_datetime(stored.modified_at, usegmt=True),
    }
    return headers | {"etag": stored.etag} if stored.etag else headers


def etags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def find_range(header: str, size: int) -> tuple[int, int] | None:
    """Return first byte and the one after the last of a single range; None for the whole object.

    A range that begins at `size` or later cannot be served. What is not one range, and one that ends before it
    begins, asks for the whole.
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return (max(size - int(last), 0), size) if int(last) else (size, size)
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size
