"""Buckets that operators offer to teams beside the main one, and how a key tells which of them its object lies in.

The key of an object of a team that has a bucket of its own begins with `@` and the bucket's name: `@lab/runs/…`. All
others lie in the main one. The name is the operator's and stays, wherever the bucket moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MARK = "@"


@dataclass(frozen=True)
class TeamBucket:
    """`location` is its URL without secrets; `provider`, `bucket` and `path` are what SCIM clients name it by."""

    name: str
    location: str
    provider: str
    bucket: str
    path: str


class TeamBuckets(Protocol):
    """What the settings offer."""

    def offered(self) -> Sequence[TeamBucket]:
        """Return them in the operator's order."""
        ...

    async def check(self, name: str, origin: str) -> None:
        """Write, read and delete there as the server, clients and pages of `origin` do.

        Raises `Invalid` with what does not work, in words. Costs some requests to the bucket.
        """
        ...


class NoTeamBuckets:
    """Meets `TeamBuckets` where the operator names none."""

    def offered(self) -> Sequence[TeamBucket]:
        return ()

    async def check(self, name: str, origin: str) -> None:
        del name, origin


def in_bucket(bucket: str, key: str) -> str:
    """Return the key of an object in a bucket; empty stands for the main one."""
    return f"{MARK}{bucket}/{key}" if bucket else key


def split_key(key: str) -> tuple[str, str]:
    """Return the bucket of a key, empty for the main one, and what the key is within it."""
    if not key.startswith(MARK):
        return "", key
    bucket, _, rest = key[len(MARK) :].partition("/")
    return bucket, rest


def bucket_of_key(key: str) -> str:
    return split_key(key)[0]
