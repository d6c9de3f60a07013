"""Versions of data and models, the collections that name them, and what a run tells when it makes one."""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from steelyard.domains.accounts.access import Target, Thing
from steelyard.domains.audit.model import Subject
from steelyard.ports.team_buckets import bucket_of_key


class State(StrEnum):
    """PENDING versions are seen by their maker alone; COMMITTED ones never change their content."""

    PENDING = "PENDING"
    COMMITTED = "COMMITTED"
    DELETED = "DELETED"


@dataclass(frozen=True)
class Stamp:
    """When something is done, and by whose account; None for what happens by itself."""

    at: datetime
    by: int | None = None


class DeletedWhy(StrEnum):
    """How a version came to its end."""

    ASKED = "asked"
    WITH_COLLECTION = "collection"
    WITH_RUN = "run"
    EXPIRED = "expired"
    UNFINISHED = "unfinished"


@dataclass(frozen=True)
class End:
    """When and why versions end, and by whose account; None for what happens by itself."""

    at: datetime
    why: DeletedWhy
    by: int | None = None

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.at, self.by)


class ManifestKind(StrEnum):
    """How an uploaded manifest relates to others: whole, on top of a base, or one of several writers' parts.

    STAGED is none that clients know: the whole list that a commit is making, seen by nobody before its end.
    """

    FULL = "FULL"
    INCREMENTAL = "INCREMENTAL"
    PATCH = "PATCH"
    STAGED = "STAGED"


class Kind(StrEnum):
    SEQUENCE = "sequence"
    PORTFOLIO = "portfolio"


class LineageRole(StrEnum):
    INPUT = "input"
    OUTPUT = "output"


# How the content of files is named by its digest. All versions of a sequence do it in one way.
MD5 = "MANIFEST_MD5"
XXH128 = "MANIFEST_XXH128"
# What clients say instead of seconds to live (docs/protocol/artifacts.md, TTL).
TTL_INHERITED = -1
TTL_OFF = -2
# Types whose versions clients and servers make by themselves. They have no time to live.
GENERATED_TYPES = frozenset({"job", "run_table", "code"})
GENERATED_PREFIX = "wandb-"
# A million years overflow what dates can hold; a hundred are for ever.
TTL_MAX = 100 * 365 * 86_400


def is_generated(type_name: str) -> bool:
    return type_name in GENERATED_TYPES or type_name.startswith(GENERATED_PREFIX)


def find_expiry(created_at: datetime, ttl_s: int | None) -> datetime | None:
    """Return when a version with a time of its own ends."""
    return None if ttl_s is None or ttl_s <= 0 else created_at + timedelta(seconds=ttl_s)


class Space(NamedTuple):
    """Where a digest names content: in one project, among digests of one kind. `bucket` is where its objects lie."""

    project_id: int
    algorithm: str
    bucket: str


@dataclass(frozen=True)
class ArtifactType:
    id: int
    project_id: int
    name: str
    description: str | None
    created_at: datetime


@dataclass(frozen=True)
class Collection:
    """A named line of versions. All of them are of its type."""

    id: int
    project_id: int
    type_id: int
    kind: Kind
    name: str
    description: str | None
    digest_algorithm: str
    ttl_s: int | None
    created_at: datetime
    updated_at: datetime
    type_name: str
    # of the project
    project: str
    entity_id: int
    entity: str
    visibility: str
    # True in the answer to its deletion alone.
    deleted: bool = False

    @property
    def target(self) -> Target:
        return Target(self.entity_id, self.visibility, self.project_id, Thing.ARTIFACT, "artifact collection")

    @property
    def subject(self) -> Subject:
        place = Subject(self.entity_id, self.entity, self.project_id, self.project)
        return replace(place, artifact=self.name, sequence_id=self.id)


class Sequence(Collection):
    """Owns the versions that are created in it."""


class Portfolio(Collection):
    """Links to versions of sequences."""


@dataclass(frozen=True)
class Artifact:
    """A version. `version_index` is its number in the sequence, None until committed; `metadata` is JSON text."""

    id: int
    project_id: int
    sequence_id: int
    state: State
    digest: str
    digest_algorithm: str
    description: str | None
    metadata: str | None
    ttl_s: int | None
    size_bytes: int
    stored_bytes: int
    file_count: int
    history_step: int | None
    manifest_id: int | None
    created_by: int | None
    run_id: int | None
    created_at: datetime
    updated_at: datetime
    committed_at: datetime | None
    version_index: int | None
    # What it inherits of its collection, else of the team.
    inherited_ttl_s: int | None
    # of the sequence and its project
    collection: str
    type_id: int
    type_name: str
    project: str
    entity_id: int
    entity: str
    visibility: str
    # of its team, see ports/team_buckets.py
    bucket: str

    @property
    def target(self) -> Target:
        """The project of its sequence; who reads a link reads the version as well, see `access.py`."""
        return Target(self.entity_id, self.visibility, self.project_id, Thing.ARTIFACT)

    @property
    def subject(self) -> Subject:
        place = Subject(self.entity_id, self.entity, self.project_id, self.project)
        name = f"{self.collection}:{self.version}" if self.version else self.collection
        return replace(place, artifact_id=self.id, artifact=name, digest=self.digest, sequence_id=self.sequence_id)

    @property
    def space(self) -> Space:
        return Space(self.project_id, self.digest_algorithm, self.bucket)

    @property
    def version(self) -> str:
        return "" if self.version_index is None else f"v{self.version_index}"

    @property
    def ttl_duration_seconds(self) -> int:
        """Seconds to live as clients read them: -2 for switched off, -1 for inherited with nothing set above."""
        inherited = TTL_INHERITED if self.inherited_ttl_s is None else self.inherited_ttl_s
        return inherited if self.ttl_s is None else self.ttl_s

    @property
    def ends_at(self) -> datetime | None:
        """When its time to live is over, its own or what it inherits; None when it has none."""
        seconds = self.ttl_duration_seconds
        return (
            self.created_at + timedelta(seconds=seconds) if seconds > 0 and not is_generated(self.type_name) else None
        )

    @property
    def ttl_is_inherited(self) -> bool:
        return self.ttl_s is None


@dataclass(frozen=True)
class Membership:
    """The place of a version in a collection."""

    id: int
    collection_id: int
    artifact_id: int
    version_index: int
    created_at: datetime

    @property
    def version_alias(self) -> Alias:
        """The number as an alias, with an id that no given alias has."""
        return Alias(-self.id, self.collection_id, self.id, self.artifact_id, f"v{self.version_index}")


@dataclass(frozen=True)
class Alias:
    id: int
    collection_id: int
    membership_id: int
    artifact_id: int
    alias: str


@dataclass(frozen=True)
class AliasChanged:
    """That an alias went from one version of a collection to another; None for none."""

    id: int
    alias: str
    version_from: int | None
    version_to: int | None
    at: datetime
    username: str | None


@dataclass(frozen=True)
class Tag:
    id: int
    name: str


@dataclass(frozen=True)
class Manifest:
    """A manifest file. `digest` is base64 MD5, empty until the client knows it."""

    id: int
    artifact_id: int
    kind: ManifestKind
    name: str
    digest: str
    object_key: str
    base_artifact_id: int | None
    created_at: datetime


@dataclass(frozen=True)
class Blob:
    """Content of a project, once per digest (hex). `stored_at` is None until it is known to be in the store, whole.

    `md5` (hex) is that of the upload, where digests are of another kind.
    """

    id: int
    project_id: int
    algorithm: str
    digest: str
    md5: str | None
    object_key: str
    size_bytes: int | None
    birth_artifact_id: int
    stored_at: datetime | None

    @property
    def space(self) -> Space:
        return Space(self.project_id, self.algorithm, bucket_of_key(self.object_key))


@dataclass(frozen=True)
class Entry:
    """A file or reference of a committed version. References have neither `object_key` nor `algorithm`."""

    manifest_id: int
    position: int
    path: str
    digest: str
    size_bytes: int | None
    ref: str | None
    extra: str | None
    birth_artifact_id: int | None
    blob_id: int | None
    object_key: str | None
    algorithm: str | None


@dataclass(frozen=True)
class Link:
    """That a run made or used a version; `used_as` is the name it had in the program."""

    run_id: int
    artifact_id: int
    role: LineageRole
    used_as: str | None = None


@dataclass(frozen=True)
class FileSpec:
    """A file that a client is about to upload. Digests are base64; `md5` is said of what has one of another kind."""

    artifact_id: int
    path: str
    digest: str
    md5: str | None = None
    # The MD5 in hex of each part, by number; empty for a file that is sent as one.
    parts: Items[tuple[int, str]] = ()


@dataclass(frozen=True)
class NewVersion:
    """What a client asks for when it logs an artifact (docs/protocol/artifacts.md, createArtifact)."""

    entity: str
    project: str
    type_name: str
    collection: str
    digest: str
    run: str | None = None
    digest_algorithm: str = MD5
    description: str | None = None
    metadata: str | None = None
    aliases: Items[str] = ()
    tags: Items[str] = ()
    ttl_s: int | None = None
    history_step: int | None = None
    deduplicate: bool = True
    distributed_id: str | None = None
    client_id: str | None = None
    sequence_client_id: str | None = None
