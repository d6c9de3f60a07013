"""Which names artifacts, aliases, tags and paths may have, and how names with a version read.

The rules are the client's own (docs/protocol/artifacts.md, names and aliases) or wider, so that nothing that a client
lets through is refused without a reason of ours.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence

from steelyard.domains.artifacts.model import TTL_INHERITED, TTL_MAX, TTL_OFF
from steelyard.kernel.errors import Invalid

NAME_MAX = 128
PATH_MAX = 4096
TAGS_MAX = 20
# In one request. Nobody gives so many by hand, and each is a row that others wait for.
ALIASES_MAX = 200
# MD5 and XXH128 alike.
DIGEST_BYTES = 16
LATEST = "latest"

_SEPARATORS = re.compile(r"[/:\x00-\x1f]")
_VERSION = re.compile(r"v(0|[1-9]\d{0,8})")
_HEX = re.compile(r"[0-9a-f]{32}")
_TAG = re.compile(r"[-\w]+( +[-\w]+)*")


def check_collection_name(name: str) -> str:
    """Return `name`. Raises `Invalid`: a colon would make `name:alias` read otherwise."""
    return _check(name, "artifact name")


def check_type_name(name: str) -> str:
    return _check(name, "artifact type")


def check_aliases(aliases: Sequence[str]) -> None:
    """Raise `Invalid` unless all of them, and so many, may be given in one request."""
    if len(aliases) > ALIASES_MAX:
        raise Invalid(f"at most {ALIASES_MAX} aliases are given at a time, not {len(aliases)}")
    for alias in aliases:
        check_alias(alias)


def check_alias(alias: str) -> str:
    """Return `alias`. Raises `Invalid`, also for `v3`: numbers are given by the server alone."""
    _check(alias, "alias")
    if _VERSION.fullmatch(alias):
        raise Invalid(f"the alias {alias!r} is reserved for version numbers")
    return alias


def _check(name: str, what: str) -> str:
    if not name.strip() or len(name) > NAME_MAX or _SEPARATORS.search(name):
        raise Invalid(f"{what} {name[:80]!r} must be 1 to {NAME_MAX} characters without '/' or ':'")
    return name


def check_tag(tag: str) -> str:
    if len(tag) > NAME_MAX or not _TAG.fullmatch(tag):
        raise Invalid(f"tag {tag[:80]!r} must be 1 to {NAME_MAX} letters, digits, '-', '_' and inner spaces")
    return tag


def check_entry_path(path: str) -> str:
    """Return `path`. Raises `Invalid` unless it is a place below a folder of the reader's choice."""
    parts = path.split("/")
    if not path or len(path) > PATH_MAX or parts[0] == "" or ".." in parts or "\x00" in path:
        raise Invalid(f"{path[:200]!r} is not a path below an artifact's folder")
    return path


def split_version_name(name: str) -> tuple[str, str]:
    """Return collection and alias of `collection:alias`, or `collection` for its latest."""
    collection, _, alias = name.partition(":")
    return collection, alias or LATEST


def find_version_index(alias: str) -> int | None:
    """Return 3 for `v3`, None for an alias that people gave."""
    return int(alias[1:]) if _VERSION.fullmatch(alias) else None


def hex_of_digest(digest: str) -> str:
    """Return the hex form of a base64 MD5 or XXH128. Raises `Invalid`."""
    try:
        raw = base64.b64decode(digest, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != DIGEST_BYTES:
        raise Invalid(f"{digest[:80]!r} is not the base64 digest of a file")
    return raw.hex()


def check_hex(digest: str, what: str) -> str:
    """Return the hex digest. Raises `Invalid`, naming `what` it should be."""
    if not _HEX.fullmatch(digest):
        raise Invalid(f"{digest[:80]!r} is not the {what}")
    return digest


def path_digest(path: str) -> str:
    """Return the key under which entries are found by path."""
    return hashlib.sha256(path.encode()).hexdigest()[:32]


def check_ttl(ttl_s: int | None) -> int | None:
    """Return seconds to live, None to inherit. Raises `Invalid` for numbers that mean nothing."""
    if ttl_s in {None, TTL_INHERITED}:
        return None
    if ttl_s is not None and (0 < ttl_s <= TTL_MAX or ttl_s == TTL_OFF):
        return ttl_s
    raise Invalid("ttlDurationSeconds must be positive and at most 100 years, -1 to inherit or -2 to switch off")
