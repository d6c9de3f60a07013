"""What lies in a backup place, and how a snapshot describes itself.

snapshots/20261130T031500Z/rows/runs.parquet      the rows of each table
snapshots/20261130T031500Z/objects.parquet        which version of which object belongs to it
snapshots/20261130T031500Z/snapshot.json          written last: a snapshot without it is none
pool/segments/12/….parquet/d41d8c…                objects, each version once
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

import orjson

from steelyard.kernel.errors import Invalid
from steelyard.ports.objects import StoredObject

FORMAT = 1
SNAPSHOTS = "snapshots/"
POOL = "pool/"
NAME_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Part:
    """One file of a snapshot. `sha256` is hexadecimal."""

    rows: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Snapshot:
    """`revision` is that of the schema; `missing` counts objects that rows name and the store did not have."""

    name: str
    created_at: str
    release: str
    revision: str
    engine: str
    objects: int
    object_bytes: int
    missing: int
    tables: Mapping[str, Part] = field(default_factory=dict)
    listing: Part = Part(0, 0, "")
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables.values())

    def dump(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @staticmethod
    def load(text: bytes, where: str) -> Snapshot:
        """Raises `Invalid` for what this release cannot read."""
        try:
            found = orjson.loads(text)
            if found["format"] != FORMAT:
                raise Invalid(f"{where} is of format {found['format']}; this release reads {FORMAT}")
            tables = {name: Part(**part) for name, part in found.pop("tables").items()}
            return Snapshot(**{**found, "tables": tables, "listing": Part(**found["listing"])})
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Invalid(f"{where} is no description of a snapshot") from None


def snapshot_name(moment: datetime) -> str:
    return moment.strftime(NAME_FORMAT)


def folder_of(name: str) -> str:
    return f"{SNAPSHOTS}{name}/"


def description_key(name: str) -> str:
    return f"{folder_of(name)}snapshot.json"


def rows_key(name: str, table: str) -> str:
    return f"{folder_of(name)}rows/{table}.parquet"


def listing_key(name: str) -> str:
    return f"{folder_of(name)}objects.parquet"


def version_of(stored: StoredObject) -> str:
    """Return what tells this content of the key from another: MD5 or ETag, or else when it was written."""
    if stored.md5 is not None:
        return stored.md5.hex()
    tag = "".join(letter for letter in stored.etag if letter.isalnum() or letter == "-")
    return tag or f"{stored.size_bytes}-{stored.modified_at.timestamp():.6f}".replace(".", "-")


def pool_key(key: str, version: str) -> str:
    return f"{POOL}{key}/{version}"
