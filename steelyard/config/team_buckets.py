"""Reads the buckets that teams may have of their own: URLs by commas, each with or without a name: `lab=s3://…`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from steelyard.config.bucket_url import Bucket, folder_of, parse_bucket_url
from steelyard.config.container_url import Container, is_container_url, parse_container_url
from steelyard.config.groups.places import ObjectSettings
from steelyard.config.places import bucket_of, folder_of_objects
from steelyard.config.team_bucket_list import Listed, read_list
from steelyard.kernel.errors import Invalid

_SLUG_MAX, _DIGEST_DIGITS = 30, 6
_OTHER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class TeamPlace:
    """One of them. `where` is the parsed bucket or the folder; `location` says where it is, without secrets."""

    name: str
    where: Bucket | Container | Path = field(repr=False)
    location: str
    provider: str
    bucket: str
    path: str


def team_places(settings: ObjectSettings, data_dir: Path) -> list[TeamPlace]:
    """Return what the setting lists, in its order.

    Raises `Invalid` for two of one name, and for places of which one lies in the other, the main one included: what is
    stored in one would be cleared away in the other.
    """
    found = [_place(item, settings) for item in read_list(settings.team_buckets)]
    names = [place.name for place in found]
    for name in names:
        if names.count(name) > 1:
            raise Invalid(f"STEELYARD_OBJECTS_TEAM_BUCKETS: {name} is listed twice")
    if found:
        main = bucket_of(settings) or folder_of_objects(settings, data_dir)
        _refuse_nested([("the main bucket", main), *((place.name, place.where) for place in found)])
    return found


def _place(item: Listed, settings: ObjectSettings) -> TeamPlace:
    folder = folder_of(item.url)
    if folder is not None:
        location = folder.as_uri()
        return TeamPlace(
            item.name or _derived(folder.name, location), folder, location, "FILE", folder.name, str(folder.parent)
        )
    if is_container_url(item.url):
        there = parse_container_url(item.url, settings.storage_key)
        if not there.key:
            raise Invalid(
                "STEELYARD_OBJECTS_TEAM_BUCKETS: the account of a container has no key: write az://:key@account/…"
            )
        location = f"az://{there.account}/{'/'.join(part for part in (there.container, there.prefix) if part)}"
        name = item.name or _derived(f"{there.container}-{there.prefix}", location)
        return TeamPlace(name, there, location, "AZURE", there.container, there.prefix)
    bucket = parse_bucket_url(item.url, settings.region)
    location = _location(bucket)
    name = item.name or _derived(f"{bucket.bucket}-{bucket.prefix}", location)
    return TeamPlace(name, bucket, location, _provider(item.url, bucket), bucket.bucket, bucket.prefix)


def _derived(words: str, location: str) -> str:
    """Return a name for what was listed without one: the same for a place, whatever else is listed."""
    slug = _OTHER.sub("-", words.lower()).strip("-")[:_SLUG_MAX].strip("-")
    return f"{slug}-{hashlib.sha256(location.encode()).hexdigest()[:_DIGEST_DIGITS]}".lstrip("-")


def _location(bucket: Bucket) -> str:
    host = "" if _is_aws(bucket) else bucket.endpoint.partition("://")[2]
    return "s3://" + "/".join(part for part in (host, bucket.bucket, bucket.prefix) if part)


def _is_aws(bucket: Bucket) -> bool:
    host = bucket.endpoint.partition("://")[2].partition(":")[0]
    return not host or host.endswith(("amazonaws.com", "amazonaws.com.cn"))


def _provider(url: str, bucket: Bucket) -> str:
    if url.startswith("cw://"):
        return "COREWEAVE"
    if url.startswith("gs://"):
        return "GCP"
    return "AWS" if _is_aws(bucket) else "MINIO"


def _refuse_nested(places: Sequence[tuple[str, Bucket | Container | Path]]) -> None:
    for (one, where), (other, there) in combinations(places, 2):
        if _is_within(_parts(where), _parts(there)) or _is_within(_parts(there), _parts(where)):
            raise Invalid(
                f"STEELYARD_OBJECTS_TEAM_BUCKETS: {other} and {one} lie in one another; give each a bucket or a path"
                " of its own, side by side"
            )


def _parts(where: Bucket | Container | Path) -> tuple[str, ...]:
    if isinstance(where, Path):
        return "file", *where.resolve().parts
    if isinstance(where, Container):
        return "az", where.root, where.container, *(part for part in where.prefix.split("/") if part)
    host = "" if _is_aws(where) else where.endpoint.partition("://")[2]
    return "s3", host, where.bucket, *(part for part in where.prefix.split("/") if part)


def _is_within(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return one[: len(other)] == other
