"""The text of the setting that lists buckets for teams: items by commas, each a URL, or a name and a URL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from steelyard.config.bucket_url import check_bucket_url
from steelyard.kernel.errors import Invalid

_NAMED = re.compile(r"(?P<name>[^=:/@]*)=(?P<url>[a-z0-9]+://.*)", re.DOTALL)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
# What W&B Server takes as "any bucket of CoreWeave": there is none to check or to choose.
_ANY_COREWEAVE = "cw://"


@dataclass(frozen=True)
class Listed:
    """`name` is empty where the operator has given none."""

    name: str
    url: str = field(repr=False)


def read_list(text: str) -> list[Listed]:
    """Return the items. Raises `Invalid`; no message holds a URL: there are secrets in it."""
    found = []
    for item in (part.strip() for part in text.split(",")):
        if not item or item == _ANY_COREWEAVE:
            continue
        named = _NAMED.fullmatch(item)
        if named and not _NAME.fullmatch(named["name"]):
            raise Invalid(
                f"{named['name'][:60]!r} is no name of a bucket: up to 40 of a-z, 0-9, `.`, `_` and `-`, the first a"
                " letter or a digit"
            )
        found.append(Listed(named["name"], named["url"]) if named else Listed("", item))
    return found


def check_team_buckets(text: str) -> None:
    """Raise `Invalid` for a list that cannot be read, naming the place of the item."""
    for number, item in enumerate(read_list(text), 1):
        try:
            check_bucket_url(item.url)
        except Invalid as error:
            raise Invalid(f"bucket {item.name or number}: {error.message}") from None
