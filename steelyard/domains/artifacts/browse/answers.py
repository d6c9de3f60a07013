"""What artifact pages are answered, in the shapes of web/src/api/contract.ts."""

from __future__ import annotations

from typing import Any

from steelyard.domains.artifacts.browse.collections import CollectionDetail, CollectionRow
from steelyard.domains.artifacts.browse.comparison import Change, Changes, Totals
from steelyard.domains.artifacts.browse.entry_queries import PathRow
from steelyard.domains.artifacts.browse.folders import Folder, Listing, Matches
from steelyard.domains.artifacts.browse.rows import Row
from steelyard.domains.artifacts.browse.versions import Detail
from steelyard.domains.artifacts.browse.walk import Cluster, Graph, Node, Ref
from steelyard.domains.artifacts.browse.walk_queries import RunNode
from steelyard.domains.artifacts.downloads import Listed
from steelyard.domains.files.model import guess_type
from steelyard.kernel import jsontext
from steelyard.kernel.ids import encode_global_id

# A value of metadata in a column: a longer one is read on the version's own page.
_CELL_CHARS = 200
_COLUMNS_OFFERED = 100


def collection_row(row: CollectionRow) -> dict[str, Any]:
    collection = row.collection
    return {
        "name": collection.name,
        "type": collection.type_name,
        "kind": collection.kind,
        "description": collection.description or "",
        "tags": row.tags,
        "versionCount": row.version_count,
        "latest": None if row.newest_index is None else f"v{row.newest_index}",
        "createdAt": collection.created_at,
        "updatedAt": collection.updated_at,
    }


def collection_page(detail: CollectionDetail) -> dict[str, Any]:
    metadata = _object(detail.metadata)
    return {
        **collection_row(detail.row),
        "entity": detail.row.collection.entity,
        "project": detail.row.collection.project,
        "canWrite": detail.can_write,
        "ttlSeconds": detail.row.collection.ttl_s,
        "metadataKeys": list(metadata)[:_COLUMNS_OFFERED],
        "pending": [version_row(row) for row in detail.pending],
    }


def version_row(row: Row, metadata: list[str] | None = None) -> dict[str, Any]:
    """Return the row of a version, with the asked keys of its metadata."""
    artifact = row.artifact
    shown = {
        "id": encode_global_id("Artifact", artifact.id),
        "type": row.collection.type_name,
        "collection": row.collection.name,
        "entity": row.collection.entity,
        "project": row.collection.project,
        "version": row.version,
        "aliases": row.aliases,
        "tags": row.tags,
        "state": artifact.state,
        "digest": artifact.digest,
        "sizeBytes": artifact.size_bytes,
        "fileCount": artifact.file_count,
        "createdAt": artifact.created_at,
        "createdByRun": run_ref(row.made_by) if row.made_by else None,
        "ttlSeconds": artifact.ttl_s,
        "inheritedTtlSeconds": artifact.inherited_ttl_s,
        "expiresAt": artifact.ends_at,
    }
    if metadata:
        values = _object(artifact.metadata)
        shown["metadata"] = {key: _cell(values[key]) for key in metadata if key in values}
    return shown


def _object(text: str | None) -> dict[str, Any]:
    value = jsontext.loads(text or "{}")
    return value if isinstance(value, dict) else {}


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        value = jsontext.dumps(value)
    return value[:_CELL_CHARS] if isinstance(value, str) else value


def version_page(detail: Detail) -> dict[str, Any]:
    row, artifact = detail.row, detail.row.artifact
    return {
        **version_row(row),
        "kind": row.collection.kind,
        "description": artifact.description or "",
        "metadata": _object(artifact.metadata),
        "createdBy": detail.created_by,
        "usedBy": [run_ref(run) for run in detail.used_by],
        "usedByTotal": detail.used_by_total,
        "historyStep": artifact.history_step,
        "places": [version_row(place) | {"kind": place.collection.kind} for place in detail.places],
        "deletedAt": detail.deleted_at,
        "previous": None if detail.previous is None else f"v{detail.previous}",
        "next": None if detail.next is None else f"v{detail.next}",
        "canWrite": detail.can_write,
    }


def run_ref(run: RunNode) -> dict[str, Any]:
    return {"entity": run.entity, "project": run.project, "id": run.run_id, "title": run.title, "state": run.state}


# ---- files ----------------------------------------------------------------------------------------------------


def folder_page(listing: Listing) -> dict[str, Any]:
    items = [_folder(item) if isinstance(item, Folder) else _file(item) for item in listing.items]
    return {"items": items, "next": _cursor(listing.next)}


def _folder(folder: Folder) -> dict[str, Any]:
    return {"kind": "folder", "path": folder.path, "fileCount": folder.file_count, "sizeBytes": folder.size_bytes}


def _file(row: PathRow) -> dict[str, Any]:
    return {"kind": "file", "path": row.path, "sizeBytes": row.size_bytes or 0, "digest": row.digest, "ref": row.ref}


def matches(found: Matches) -> dict[str, Any]:
    return {
        "files": [_file(row) for row in found.files],
        "searched": found.searched,
        "next": _cursor(found.next),
    }


def stored_file(item: Listed) -> dict[str, Any]:
    entry = item.entry
    return {
        "kind": "file",
        "path": entry.path,
        "sizeBytes": entry.size_bytes or 0,
        "digest": entry.digest,
        "ref": entry.ref,
        "mimetype": guess_type(entry.path),
        "url": None if entry.ref is not None else item.url,
    }


def _cursor(key: bytes | None) -> str | None:
    return None if key is None else key.hex()


# ---- two versions ---------------------------------------------------------------------------------------------


def change_page(found: Changes) -> dict[str, Any]:
    return {
        "changes": [_change(item) for item in found.items],
        "compared": found.compared,
        "next": _cursor(found.next),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "kind": change.kind,
        "sizeBefore": change.size_before,
        "sizeAfter": change.size_after,
        "ref": change.ref,
    }


def change_totals(totals: Totals) -> dict[str, Any]:
    return {
        "added": totals.added,
        "addedBytes": totals.added_bytes,
        "removed": totals.removed,
        "removedBytes": totals.removed_bytes,
        "changed": totals.changed,
        "changedBytesBefore": totals.changed_bytes_before,
        "changedBytesAfter": totals.changed_bytes_after,
        "compared": totals.compared,
        "next": _cursor(totals.next),
    }


# ---- lineage --------------------------------------------------------------------------------------------------

_TYPES = {"run": "Run", "artifact": "Artifact"}


def node_id(ref: Ref) -> str:
    return encode_global_id(_TYPES[ref.kind], ref.id)


def lineage_node(node: Node) -> dict[str, Any]:
    item = node.item
    shown = {
        "id": node_id(node.ref),
        "kind": node.ref.kind,
        "entity": item.entity,
        "project": item.project,
        "createdAt": item.created_at,
        "up": node.up,
        "down": node.down,
    }
    if isinstance(item, RunNode):
        state = item.state if item.deleted_at is None else "deleted"
        return shown | {"run": item.run_id, "title": item.title, "state": state, "jobType": item.job_type}
    version = item.digest if item.version_index is None else f"v{item.version_index}"
    return shown | {
        "type": item.type_name,
        "collection": item.collection,
        "version": version,
        "state": item.state,
        "sizeBytes": item.size_bytes,
    }


def lineage_graph(graph: Graph) -> dict[str, Any]:
    return {
        "start": node_id(graph.start),
        "nodes": [lineage_node(node) for node in graph.nodes.values()],
        "edges": [
            {"from": node_id(edge.source), "to": node_id(edge.target), "usedAs": edge.used_as} for edge in graph.edges
        ],
        "clusters": [_cluster(cluster) for cluster in graph.clusters],
        "cut": graph.is_cut,
    }


def _cluster(cluster: Cluster) -> dict[str, Any]:
    return {
        "of": node_id(cluster.of),
        "direction": cluster.direction,
        "kind": cluster.kind,
        "type": cluster.type_name or None,
        "count": cluster.count,
        "hidden": cluster.is_hidden,
    }
