"""Tables of artifacts: types, collections, versions, their names, manifests, stored content and lineage.

Content is kept once per digest and project (`artifact_blobs`), never wider: who may write into a project may read it,
so that naming a digest there discloses nothing that the caller could not have read anyway (docs/adr/0011-content.md).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    column,
)

from steelyard.sql.naming import metadata
from steelyard.sql.paths import PathKey, path_key_of
from steelyard.sql.types import BigId, LongText, Name, UtcTime

artifact_types = Table(
    "artifact_types",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(128), nullable=False),
    Column("description", LongText),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("project_id", "name"),
)

artifact_collections = Table(
    "artifact_collections",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("type_id", BigId, ForeignKey("artifact_types.id", ondelete="CASCADE"), nullable=False),
    # "sequence": owns the versions created in it; "portfolio": links to versions of sequences.
    Column("kind", String(16), nullable=False),
    Column("name", Name(128), nullable=False),
    Column("description", LongText),
    Column("digest_algorithm", String(16), nullable=False),
    # Seconds to live that its versions inherit; null inherits from the team, -2 is switched off.
    Column("ttl_s", BigInteger),
    # The next version number. Never goes down: the number of a deleted version is not given again.
    Column("next_version", Integer, nullable=False, default=0),
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    # Set when deleted. The row stays for its versions, under a name that no collection can have.
    Column("deleted_at", UtcTime),
    UniqueConstraint("project_id", "name"),
    Index(None, "type_id"),
    Index(None, "created_by"),
    Index(None, "ttl_s"),
)

artifact_collection_tags = Table(
    "artifact_collection_tags",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("collection_id", BigId, ForeignKey("artifact_collections.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(128), nullable=False),
    UniqueConstraint("collection_id", "name"),
)

# A version, made in one sequence. Deleted ones stay as rows, for lineage and for the number they had.
artifacts = Table(
    "artifacts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("sequence_id", BigId, ForeignKey("artifact_collections.id", ondelete="CASCADE"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("digest", Name(128), nullable=False),
    Column("digest_algorithm", String(16), nullable=False),
    Column("description", LongText),
    Column("metadata", LongText),
    # Seconds to live; null inherits, -2 is switched off.
    Column("ttl_s", BigInteger),
    # When its own time to live is over.
    Column("expires_at", UtcTime),
    Column("size_bytes", BigInteger, nullable=False, default=0),
    # Of its files alone: what references lead to is stored elsewhere.
    Column("stored_bytes", BigInteger, nullable=False, server_default="0"),
    Column("file_count", BigInteger, nullable=False, default=0),
    # JSON list of the aliases to give at commit.
    Column("requested_aliases", LongText, nullable=False),
    Column("distributed_id", Name(128)),
    Column("history_step", BigInteger),
    # The complete manifest, set at commit. No foreign key: manifests point here already.
    Column("manifest_id", BigId),
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("run_id", BigId, ForeignKey("runs.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("committed_at", UtcTime),
    Column("deleted_at", UtcTime),
    # A `model.DeletedWhy`, and the account's id; no foreign key, for making one copies the whole table.
    Column("deleted_why", String(16)),
    Column("deleted_by", BigInteger),
    Index(None, "sequence_id", "digest"),
    Index(None, "project_id", "state"),
    # Sums over the versions of a project.
    Index(None, "project_id", "state", "sequence_id", "created_by", "stored_bytes"),
    Index(None, "state", "updated_at"),
    Index(None, "state", "expires_at"),
    # The old ones of a project, when its team has a time to live.
    Index(None, "project_id", "state", "created_at"),
    Index(None, "run_id"),
    Index(None, "created_by"),
)

# Names that clients give to versions and sequences before the server has an id for them.
artifact_client_ids = Table(
    "artifact_client_ids",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("client_id", Name(128), nullable=False, unique=True),
    Column("artifact_id", BigId, ForeignKey("artifacts.id", ondelete="CASCADE")),
    Column("collection_id", BigId, ForeignKey("artifact_collections.id", ondelete="CASCADE")),
    Index(None, "artifact_id"),
    Index(None, "collection_id"),
)

artifact_memberships = Table(
    "artifact_memberships",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("collection_id", BigId, ForeignKey("artifact_collections.id", ondelete="CASCADE"), nullable=False),
    Column("artifact_id", BigId, ForeignKey("artifacts.id", ondelete="CASCADE"), nullable=False),
    Column("version_index", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("collection_id", "version_index"),
    UniqueConstraint("collection_id", "artifact_id"),
    Index(None, "artifact_id"),
)

artifact_aliases = Table(
    "artifact_aliases",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("collection_id", BigId, ForeignKey("artifact_collections.id", ondelete="CASCADE"), nullable=False),
    Column("membership_id", BigId, ForeignKey("artifact_memberships.id", ondelete="CASCADE"), nullable=False),
    Column("alias", Name(128), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("collection_id", "alias"),
    Index(None, "membership_id"),
)

# Which alias went from which version to which, by numbers; null for none. The account has no foreign key: it may go.
artifact_alias_changes = Table(
    "artifact_alias_changes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("collection_id", BigId, ForeignKey("artifact_collections.id", ondelete="CASCADE"), nullable=False),
    Column("alias", Name(128), nullable=False),
    Column("version_from", Integer),
    Column("version_to", Integer),
    Column("at", UtcTime, nullable=False),
    Column("changed_by", BigInteger),
    Index(None, "collection_id", "id"),
)

artifact_tags = Table(
    "artifact_tags",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("artifact_id", BigId, ForeignKey("artifacts.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(128), nullable=False),
    UniqueConstraint("artifact_id", "name"),
)

# Manifests as clients upload them, and the complete ones that commits make of them.
artifact_manifests = Table(
    "artifact_manifests",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("artifact_id", BigId, ForeignKey("artifacts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", Name(255), nullable=False),
    # Base64 MD5 of the JSON file; empty until the client knows it.
    Column("digest", Name(64), nullable=False),
    Column("object_key", Name(255), nullable=False),
    Column("base_artifact_id", BigId),
    Column("created_at", UtcTime, nullable=False),
    # Set when nobody needs it any more: from then on it can only go, with its entries (lifecycle/collecting.py).
    Column("condemned_at", UtcTime),
    Index(None, "artifact_id"),
    Index(None, "condemned_at"),
)

artifact_blobs = Table(
    "artifact_blobs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    # MANIFEST_MD5 or MANIFEST_XXH128. Digests of one are never looked for among those of the other: content can be
    # made to have a given XXH128.
    Column("algorithm", String(16), nullable=False, server_default="MANIFEST_MD5"),
    # In hex, of the content.
    Column("digest", Name(64), nullable=False),
    # The MD5 in hex that the upload must have, where the digest is of another kind.
    Column("md5", Name(32)),
    Column("object_key", Name(255), nullable=False),
    Column("size_bytes", BigInteger),
    # The first version that brought this content; clients keep its id in their manifests.
    Column("birth_artifact_id", BigId, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    # Null until the content has been seen in the store, with the right digest.
    Column("stored_at", UtcTime),
    # When a client was last told that the content is there, or where to put it. Null: when the row was made.
    Column("promised_at", UtcTime),
    UniqueConstraint("project_id", "algorithm", "digest"),
)

artifact_entries = Table(
    "artifact_entries",
    metadata,
    Column(
        "manifest_id",
        BigId,
        ForeignKey("artifact_manifests.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("path", Name(4096), nullable=False),
    # Paths may be longer than an index takes; the head of their SHA-256 is the key.
    Column("path_digest", Name(32), nullable=False),
    # The head of the path as bytes, made by the database: entries in the order of their paths, folder by folder.
    Column("path_key", PathKey, Computed(path_key_of(column("path")), persisted=False)),
    # Base64 of the content's digest; of references whatever the client says.
    Column("digest", LongText, nullable=False),
    Column("size_bytes", BigInteger),
    Column("ref", LongText),
    # JSON text that the client keeps beside a reference.
    Column("extra", LongText),
    Column("birth_artifact_id", BigId),
    Column("blob_id", BigId),
    UniqueConstraint("manifest_id", "path_digest"),
    Index(None, "manifest_id", "path_key"),
    Index(None, "blob_id"),
)

# Which run made ("output") and which used ("input") a version.
artifact_lineage = Table(
    "artifact_lineage",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("run_id", BigId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("artifact_id", BigId, ForeignKey("artifacts.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("used_as", Name(255)),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("run_id", "artifact_id", "role"),
    Index(None, "artifact_id", "role"),
)

# The time to live that versions of a team inherit.
artifact_ttl_policies = Table(
    "artifact_ttl_policies",
    metadata,
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # Seconds; null keeps them.
    Column("ttl_s", BigInteger),
    # Whether members set it for versions and collections too.
    Column("admins_only", Boolean, nullable=False),
)

# Which registries take no artifacts but of the types that they have; those without a row take every type.
artifact_type_policies = Table(
    "artifact_type_policies",
    metadata,
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("all_types", Boolean, nullable=False),
)

# What collections have done, the latest of them (lifecycle/log.py).
gc_runs = Table(
    "gc_runs",
    metadata,
    Column("id", BigId, primary_key=True),
    # A `lifecycle.log.Kind` and a `lifecycle.log.StartedBy`.
    Column("kind", String(16), nullable=False),
    Column("started_by", String(16), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    # When it last told how far it is.
    Column("seen_at", UtcTime, nullable=False),
    # Null while it goes on, and for ever when its process was killed.
    Column("ended_at", UtcTime),
    Column("failure", LongText),
    Column("versions", BigInteger, nullable=False, default=0),
    Column("manifests", BigInteger, nullable=False, default=0),
    Column("contents", BigInteger, nullable=False, default=0),
    Column("uploads", BigInteger, nullable=False, default=0),
    Column("objects", BigInteger, nullable=False, default=0),
    Column("size_bytes", BigInteger, nullable=False, default=0),
)
