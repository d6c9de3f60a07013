"""What is looked through when an organization's registries are searched: the few facts that filters and orders name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from steelyard.domains.projects.model import Project
from steelyard.kernel import jsontext
from steelyard.kernel.ids import encode_global_id
from steelyard.sql.selection import Keys


@dataclass(frozen=True)
class Asked:
    """The filters and the order of one search, in the client's words. Each may be None."""

    registries: str | None = None
    collections: str | None = None
    versions: str | None = None
    order: str | None = None


@dataclass(frozen=True)
class Registry:
    """A registry as its card shows it. `types` are those it has; with `takes_all` it takes others too."""

    project: Project
    organization: str
    types: tuple[str, ...]
    takes_all: bool
    collection_count: int
    named_count: int


@dataclass(frozen=True)
class FoundCollection:
    id: int
    project_id: int
    name: str
    description: str | None
    created_at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundVersion:
    """A version where it is linked to. `metadata` is JSON text, None also when no filter asks for it."""

    id: int
    artifact_id: int
    version_index: int
    linked_at: datetime
    created_at: datetime
    updated_at: datetime
    size_bytes: int
    metadata: str | None = None
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


def _names(kind: str, number: int) -> tuple[Any, ...]:
    """Return the ways in which clients name a thing: by its number and by its global id."""
    return (number, encode_global_id(kind, number))


def _versions(item: FoundVersion) -> tuple[Any, ...]:
    return (f"v{item.version_index}", item.version_index)


def _metadata(item: FoundVersion) -> Any:
    """Whatever a client calls metadata is kept, also what is no JSON: that has no keys to be found by."""
    try:
        return jsontext.loads(item.metadata or "null")
    except ValueError:
        return None


def _of_collection(item: FoundCollection) -> tuple[Any, ...]:
    return _names("ArtifactCollection", item.id)


# Two names for one thing: what clients say of "basic" and of "advanced" searches (docs/protocol/artifacts.md).
COLLECTION_KEYS: Keys[FoundCollection] = {
    "id": _of_collection,
    "collection_id": _of_collection,
    "artifact_collection_id": _of_collection,
    "name": lambda item: item.name,
    "tag": lambda item: item.tags,
    "description": lambda item: item.description,
    "created_at": lambda item: item.created_at,
    "updated_at": lambda item: item.updated_at,
}
VERSION_KEYS: Keys[FoundVersion] = {
    "id": lambda item: _names("Artifact", item.artifact_id),
    "artifact_id": lambda item: _names("Artifact", item.artifact_id),
    "version": _versions,
    "tag": lambda item: item.tags,
    "alias": lambda item: item.aliases,
    "metadata": _metadata,
    "created_at": lambda item: item.created_at,
    "artifact_created_at": lambda item: item.created_at,
    "updated_at": lambda item: item.updated_at,
    "artifact_size": lambda item: item.size_bytes,
    "acm_created_at": lambda item: item.linked_at,
    "linked_at": lambda item: item.linked_at,
}
