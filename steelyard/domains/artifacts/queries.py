"""Questions about types, collections and versions, one function each. They never commit.

Which collections versions are in is asked in `membership_queries.py`, by which names in `name_queries.py`, what they
hold (manifests, entries, content) in `content_queries.py`, who made and used them in `lineage_queries.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import entities
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import (
    Artifact,
    ArtifactType,
    Collection,
    End,
    Kind,
    Portfolio,
    State,
)
from steelyard.domains.artifacts.model import Sequence as SequenceCollection
from steelyard.domains.projects.tables import projects
from steelyard.kernel.errors import Conflict
from steelyard.sql.dialect import insert_ignore

Page = tuple[int, int]
"""Offset and limit."""

types, collections, artifacts = t.artifact_types, t.artifact_collections, t.artifacts
memberships, aliases = t.artifact_memberships, t.artifact_aliases

# MySQL and SQLite both bound the number of parameters of a statement.
CHUNK = 500


def chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


async def count(conn: AsyncConnection, statement: Select[Any]) -> int:
    return int((await conn.execute(select(func.count()).select_from(statement.subquery()))).scalar_one())


# ---- types ----------------------------------------------------------------------------------------------------


async def find_type(conn: AsyncConnection, project_id: int, name: str) -> ArtifactType | None:
    row = (await conn.execute(select(types).where(types.c.project_id == project_id, types.c.name == name))).first()
    return ArtifactType(*row) if row else None


async def list_types_by_id(conn: AsyncConnection, ids: Sequence[int]) -> list[ArtifactType]:
    return [ArtifactType(*row) for row in await conn.execute(select(types).where(types.c.id.in_(ids)))]


async def list_types(conn: AsyncConnection, project_id: int, page: Page) -> list[ArtifactType]:
    statement = select(types).where(types.c.project_id == project_id).order_by(types.c.name)
    return [ArtifactType(*row) for row in await conn.execute(statement.offset(page[0]).limit(page[1]))]


async def ensure_type(
    conn: AsyncConnection, project_id: int, name: str, now: datetime, description: str | None = None
) -> ArtifactType:
    values = {"project_id": project_id, "name": name, "description": description, "created_at": now}
    found = await find_type(conn, project_id, name)
    if found is None:
        await insert_ignore(conn, types, values)
        found = await find_type(conn, project_id, name)
    assert found is not None, "it was just written"
    return found


# ---- collections ----------------------------------------------------------------------------------------------

_COLLECTION = [c for c in collections.c if c.name not in {"next_version", "created_by", "deleted_at"}]
COLLECTION_ORDERS = {
    "id": collections.c.id,
    "name": collections.c.name,
    "created_at": collections.c.created_at,
    "updated_at": collections.c.updated_at,
}


_PROJECT = [
    projects.c.name.label("project"),
    projects.c.entity_id,
    entities.c.name.label("entity"),
    projects.c.visibility,
]


def _collections() -> Select[Any]:
    return (
        select(*_COLLECTION, types.c.name.label("type_name"), *_PROJECT)
        .join(types, types.c.id == collections.c.type_id)
        .join(projects, projects.c.id == collections.c.project_id)
        .join(entities, entities.c.id == projects.c.entity_id)
        .where(collections.c.deleted_at.is_(None))
    )


def _collection(row: Any) -> Collection:
    values = dict(row._mapping)
    kind = values["kind"] = Kind(values["kind"])
    return (Portfolio if kind is Kind.PORTFOLIO else SequenceCollection)(**values)


async def find_collection(conn: AsyncConnection, project_id: int, name: str) -> Collection | None:
    statement = _collections().where(collections.c.project_id == project_id, collections.c.name == name)
    row = (await conn.execute(statement)).first()
    return _collection(row) if row else None


async def find_collection_by_id(conn: AsyncConnection, collection_id: int) -> Collection | None:
    row = (await conn.execute(_collections().where(collections.c.id == collection_id))).first()
    return _collection(row) if row else None


async def find_collection_by_client_id(conn: AsyncConnection, project_id: int, client_id: str) -> Collection | None:
    ids = t.artifact_client_ids
    statement = _collections().join(ids, ids.c.collection_id == collections.c.id)
    statement = statement.where(collections.c.project_id == project_id, ids.c.client_id == client_id)
    row = (await conn.execute(statement)).first()
    return _collection(row) if row else None


async def list_collections_by_id(conn: AsyncConnection, ids: Sequence[int]) -> list[Collection]:
    return [_collection(row) for row in await conn.execute(_collections().where(collections.c.id.in_(ids)))]


def collections_of(
    project_id: int, type_id: int | None = None, kind: Kind | None = None, where: Sequence[ColumnElement[bool]] = ()
) -> Select[Any]:
    """Return the question that `list_collections` and `count_collections` put."""
    statement = _collections().where(collections.c.project_id == project_id, *where)
    if type_id is not None:
        statement = statement.where(collections.c.type_id == type_id)
    return statement if kind is None else statement.where(collections.c.kind == kind)


async def list_collections(
    conn: AsyncConnection, question: Select[Any], order: Sequence[ColumnElement[Any]], page: Page
) -> list[Collection]:
    rows = await conn.execute(question.order_by(*order).offset(page[0]).limit(page[1]))
    return [_collection(row) for row in rows]


async def count_collections(conn: AsyncConnection, question: Select[Any]) -> int:
    return await count(conn, question)


async def lock_collection(conn: AsyncConnection, collection_id: int) -> int:
    """Return the next version number and keep others from the collection until the transaction ends.

    Raises `Conflict` when it was deleted meanwhile.
    """
    statement = select(collections.c.next_version, collections.c.deleted_at).where(collections.c.id == collection_id)
    row = (await conn.execute(statement.with_for_update())).first()
    if row is None or row.deleted_at is not None:
        raise Conflict("the artifact collection was deleted meanwhile")
    return int(row.next_version)


async def lock_collections(conn: AsyncConnection, ids: Iterable[int]) -> None:
    """Keep others from the collections until the transaction ends; in one order, so that nobody waits in a circle."""
    statement = select(collections.c.id).where(collections.c.id.in_(sorted(set(ids))))
    await conn.execute(statement.order_by(collections.c.id).with_for_update())


async def update_collection(conn: AsyncConnection, collection_id: int, **values: Any) -> None:
    await conn.execute(update(collections).where(collections.c.id == collection_id).values(**values))


async def delete_portfolio(conn: AsyncConnection, collection_id: int) -> None:
    """Remove the collection with its links."""
    await conn.execute(delete(collections).where(collections.c.id == collection_id))


async def bury_sequence(conn: AsyncConnection, collection: Collection, now: datetime) -> None:
    """Hide the collection and free its name. Its row stays for the versions, which keep their ids."""
    values = {"deleted_at": now, "updated_at": now, "name": f"{collection.name[:100]}/{collection.id}"}
    await update_collection(conn, collection.id, **values)


# ---- versions -------------------------------------------------------------------------------------------------

_HIDDEN = {"requested_aliases", "distributed_id", "deleted_at", "deleted_why", "deleted_by", "expires_at"}
_ARTIFACT = [c for c in artifacts.c if c.name not in _HIDDEN]
_IN_SEQUENCE = and_(memberships.c.artifact_id == artifacts.c.id, memberships.c.collection_id == artifacts.c.sequence_id)
VERSION_ORDERS = {
    "id": memberships.c.id,
    "version_index": memberships.c.version_index,
    "created_at": artifacts.c.created_at,
    "updated_at": artifacts.c.updated_at,
    "size": artifacts.c.size_bytes,
}
VERSION_FILTERS = VERSION_ORDERS | {"state": artifacts.c.state, "digest": artifacts.c.digest}


def _artifacts() -> Select[Any]:
    sequence = [collections.c.name.label("collection"), collections.c.type_id, types.c.name.label("type_name")]
    inherited = func.coalesce(collections.c.ttl_s, t.artifact_ttl_policies.c.ttl_s).label("inherited_ttl_s")
    return (
        select(*_ARTIFACT, memberships.c.version_index, inherited, *sequence, *_PROJECT, entities.c.bucket)
        .join(collections, collections.c.id == artifacts.c.sequence_id)
        .join(types, types.c.id == collections.c.type_id)
        .join(projects, projects.c.id == artifacts.c.project_id)
        .join(entities, entities.c.id == projects.c.entity_id)
        .join(t.artifact_ttl_policies, t.artifact_ttl_policies.c.entity_id == projects.c.entity_id, isouter=True)
        .join(memberships, _IN_SEQUENCE, isouter=True)
    )


def _artifact(row: Any) -> Artifact:
    values = dict(row._mapping)
    return Artifact(**{**values, "state": State(values["state"])})


async def _find_artifact(conn: AsyncConnection, statement: Select[Any]) -> Artifact | None:
    row = (await conn.execute(statement.limit(1))).first()
    return _artifact(row) if row else None


async def find_artifact(conn: AsyncConnection, artifact_id: int) -> Artifact | None:
    return await _find_artifact(conn, _artifacts().where(artifacts.c.id == artifact_id))


async def find_artifact_by_client_id(conn: AsyncConnection, client_id: str) -> Artifact | None:
    ids = t.artifact_client_ids
    statement = _artifacts().join(ids, ids.c.artifact_id == artifacts.c.id)
    return await _find_artifact(conn, statement.where(ids.c.client_id == client_id))


async def list_artifacts_by_id(conn: AsyncConnection, ids: Sequence[int]) -> list[Artifact]:
    return [_artifact(row) for row in await conn.execute(_artifacts().where(artifacts.c.id.in_(ids)))]


async def find_same_content(conn: AsyncConnection, sequence_id: int, digest: str) -> Artifact | None:
    """Return the version of this digest: a committed one (the newest) before one still being written."""
    statement = _artifacts().where(
        artifacts.c.sequence_id == sequence_id,
        artifacts.c.digest == digest,
        artifacts.c.state != State.DELETED,
        artifacts.c.distributed_id.is_(None) | (artifacts.c.state == State.COMMITTED),
    )
    return await _find_artifact(conn, statement.order_by(artifacts.c.state, artifacts.c.id.desc()))


async def find_distributed(conn: AsyncConnection, sequence_id: int, distributed_id: str) -> Artifact | None:
    """Return the version that several writers are still making together."""
    return await _find_artifact(
        conn,
        _artifacts().where(
            artifacts.c.sequence_id == sequence_id,
            artifacts.c.distributed_id == distributed_id,
            artifacts.c.state == State.PENDING,
        ),
    )


async def requested_aliases(conn: AsyncConnection, artifact_id: int) -> str:
    statement = select(artifacts.c.requested_aliases).where(artifacts.c.id == artifact_id)
    return str((await conn.execute(statement)).scalar_one())


async def hold_committed(conn: AsyncConnection, artifact_id: int) -> bool:
    """Tell whether the version is committed; then nobody can delete it until the transaction ends."""
    statement = select(artifacts.c.state).where(artifacts.c.id == artifact_id).with_for_update(read=True)
    return (await conn.execute(statement)).scalar() == State.COMMITTED


async def list_sequences_of(conn: AsyncConnection, ids: Sequence[int]) -> list[int]:
    statement = select(artifacts.c.sequence_id).distinct().where(artifacts.c.id.in_(ids))
    return list((await conn.execute(statement)).scalars())


async def hold_living(conn: AsyncConnection, ids: Sequence[int], only: ColumnElement[bool] | None) -> list[int]:
    """Return those of the versions that are not deleted, and of which `only` is true; nobody changes them meanwhile."""
    statement = select(artifacts.c.id).where(artifacts.c.id.in_(ids), artifacts.c.state != State.DELETED)
    if only is not None:
        statement = statement.where(only)
    return list((await conn.execute(statement.order_by(artifacts.c.id).with_for_update())).scalars())


async def mark_deleted(conn: AsyncConnection, which: ColumnElement[bool], end: End) -> None:
    """End the versions that have not ended yet. Nothing makes them come back."""
    statement = update(artifacts).where(which, artifacts.c.state != State.DELETED)
    values = {"state": State.DELETED, "deleted_at": end.at, "updated_at": end.at}
    await conn.execute(statement.values(**values, deleted_why=end.why, deleted_by=end.by))


async def update_artifact(conn: AsyncConnection, artifact_id: int, **values: Any) -> None:
    await conn.execute(update(artifacts).where(artifacts.c.id == artifact_id).values(**values))


async def touch_pending(conn: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """Note that somebody is still writing the versions; committed ones stay as they are."""
    for some in chunks(ids):
        statement = update(artifacts).where(artifacts.c.id.in_(some), artifacts.c.state == State.PENDING)
        await conn.execute(statement.values(updated_at=now))


async def commit_pending(conn: AsyncConnection, artifact_id: int, **values: Any) -> bool:
    """Make a version that is still being written a committed one; False when it is none (any more)."""
    statement = update(artifacts).where(artifacts.c.id == artifact_id, artifacts.c.state == State.PENDING)
    return (await conn.execute(statement.values(state=State.COMMITTED, **values))).rowcount == 1


async def register_client_id(
    conn: AsyncConnection, client_id: str, *, artifact_id: int | None = None, collection_id: int | None = None
) -> None:
    """Remember a client's own id. The first meaning of an id stays."""
    values = {"client_id": client_id, "artifact_id": artifact_id, "collection_id": collection_id}
    await insert_ignore(conn, t.artifact_client_ids, values)
