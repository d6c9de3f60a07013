"""Logged tables: where one is asked for, the files that hold it, and the index of each file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from steelyard.domains.artifacts.model import Artifact
from steelyard.domains.runs.model import Run
from steelyard.ports.team_buckets import in_bucket, split_key

# Indexes of another format are made anew; it is part of `mark`.
FORMAT = 1
# What the keys of all indexes begin with in their bucket; the key of the file follows.
PREFIX = "derived/"


def index_folder(source_key: str) -> str:
    """Return what the keys of a file's indexes begin with: they lie in the bucket of the file."""
    bucket, within = split_key(source_key)
    return in_bucket(bucket, f"{PREFIX}{within}/")


def source_of(index_key: str) -> str:
    """Return the key of the file that an index is of."""
    bucket, within = split_key(index_key)
    return in_bucket(bucket, within.removeprefix(PREFIX).rpartition("/")[0])


@dataclass(frozen=True)
class RunSource:
    """A file of a run."""

    entity: str
    project: str
    run: str
    path: str


@dataclass(frozen=True)
class VersionSource:
    """An entry of an artifact's version, named as the pages of the web app name it.

    `whole`: one increment of a table stands for all of them.
    """

    entity: str
    project: str
    type: str
    collection: str
    version: str
    path: str
    whole: bool = False


@dataclass(frozen=True)
class LinkedSource:
    """The entry that a media value of a run refers to: `wandb-artifact://…` or `wandb-client-artifact://…`."""

    uri: str


Source = RunSource | VersionSource | LinkedSource


@dataclass(frozen=True)
class Content:
    """One stored file of a table. Whatever has the same key and mark has the same bytes.

    `home` is the version that names media beside it.
    """

    object_key: str
    mark: str
    size_bytes: int
    home: Artifact | None = None


@dataclass(frozen=True)
class Join:
    """The table that stands at the right of another, and the columns whose cells are to be equal."""

    contents: tuple[Content, ...]
    left_key: str
    right_key: str


@dataclass(frozen=True)
class Located:
    """The files of one table, one after the other, and what it is joined with. `run` is whose file it is, if one's."""

    contents: tuple[Content, ...]
    join: Join | None = None
    run: Run | None = None

    @property
    def all_contents(self) -> tuple[Content, ...]:
        return self.contents + (self.join.contents if self.join else ())

    @property
    def homes(self) -> list[Artifact]:
        return list({content.home.id: content.home for content in self.all_contents if content.home}.values())


class IndexState(StrEnum):
    """A file that is no table is refused once, and not read again to find that out."""

    MAKING = "making"
    READY = "ready"
    REFUSED = "refused"


@dataclass(frozen=True)
class Index:
    """The index of one file. While it is made, `claim` is who makes it, and is believed until `lease_until`."""

    id: int
    source_key: str
    source_mark: str
    state: IndexState
    object_key: str
    size_bytes: int
    directory_bytes: int
    done_bytes: int
    message: str
    claim: str
    lease_until: datetime
    used_at: datetime


@dataclass(frozen=True)
class Making:
    """How far the indexes of a table are, in bytes of its files."""

    done_bytes: int
    total_bytes: int
