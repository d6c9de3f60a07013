"""Artifacts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "artifact_blobs",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("digest", Name(64), nullable=False),
        sa.Column("object_key", Name(255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("birth_artifact_id", BigId, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("stored_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_artifact_blobs_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_blobs")),
        sa.UniqueConstraint("project_id", "digest", name=op.f("uq_artifact_blobs_project_id_digest")),
    )
    op.create_table(
        "artifact_types",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("name", Name(128), nullable=False),
        sa.Column("description", LongText, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_artifact_types_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_types")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_artifact_types_project_id_name")),
    )
    op.create_table(
        "artifact_collections",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("type_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", Name(128), nullable=False),
        sa.Column("description", LongText, nullable=True),
        sa.Column("digest_algorithm", sa.String(length=16), nullable=False),
        sa.Column("next_version", sa.Integer(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_artifact_collections_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_artifact_collections_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["type_id"], ["artifact_types.id"], name=op.f("fk_artifact_collections_type_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_collections")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_artifact_collections_project_id_name")),
    )
    op.create_index(op.f("ix_artifact_collections_created_by"), "artifact_collections", ["created_by"], unique=False)
    op.create_index(op.f("ix_artifact_collections_type_id"), "artifact_collections", ["type_id"], unique=False)
    op.create_table(
        "artifact_collection_tags",
        sa.Column("id", BigId, nullable=False),
        sa.Column("collection_id", BigId, nullable=False),
        sa.Column("name", Name(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["artifact_collections.id"],
            name=op.f("fk_artifact_collection_tags_collection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_collection_tags")),
        sa.UniqueConstraint("collection_id", "name", name=op.f("uq_artifact_collection_tags_collection_id_name")),
    )
    op.create_table(
        "artifacts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("sequence_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("digest", Name(128), nullable=False),
        sa.Column("digest_algorithm", sa.String(length=16), nullable=False),
        sa.Column("description", LongText, nullable=True),
        sa.Column("metadata", LongText, nullable=True),
        sa.Column("ttl_s", sa.BigInteger(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("file_count", sa.BigInteger(), nullable=False),
        sa.Column("requested_aliases", LongText, nullable=False),
        sa.Column("distributed_id", Name(128), nullable=True),
        sa.Column("history_step", sa.BigInteger(), nullable=True),
        sa.Column("manifest_id", BigId, nullable=True),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("run_id", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("committed_at", UtcTime(), nullable=True),
        sa.Column("deleted_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_artifacts_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_artifacts_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_artifacts_run_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["sequence_id"], ["artifact_collections.id"], name=op.f("fk_artifacts_sequence_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifacts")),
    )
    op.create_index(op.f("ix_artifacts_created_by"), "artifacts", ["created_by"], unique=False)
    op.create_index(op.f("ix_artifacts_project_id_state"), "artifacts", ["project_id", "state"], unique=False)
    op.create_index(op.f("ix_artifacts_run_id"), "artifacts", ["run_id"], unique=False)
    op.create_index(op.f("ix_artifacts_sequence_id_digest"), "artifacts", ["sequence_id", "digest"], unique=False)
    op.create_table(
        "artifact_client_ids",
        sa.Column("id", BigId, nullable=False),
        sa.Column("client_id", Name(128), nullable=False),
        sa.Column("artifact_id", BigId, nullable=True),
        sa.Column("collection_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name=op.f("fk_artifact_client_ids_artifact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["artifact_collections.id"],
            name=op.f("fk_artifact_client_ids_collection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_client_ids")),
        sa.UniqueConstraint("client_id", name=op.f("uq_artifact_client_ids_client_id")),
    )
    op.create_index(op.f("ix_artifact_client_ids_artifact_id"), "artifact_client_ids", ["artifact_id"], unique=False)
    op.create_index(
        op.f("ix_artifact_client_ids_collection_id"), "artifact_client_ids", ["collection_id"], unique=False
    )
    op.create_table(
        "artifact_lineage",
        sa.Column("id", BigId, nullable=False),
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("artifact_id", BigId, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("used_as", Name(255), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name=op.f("fk_artifact_lineage_artifact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_artifact_lineage_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_lineage")),
        sa.UniqueConstraint("run_id", "artifact_id", "role", name=op.f("uq_artifact_lineage_run_id_artifact_id_role")),
    )
    op.create_index(
        op.f("ix_artifact_lineage_artifact_id_role"), "artifact_lineage", ["artifact_id", "role"], unique=False
    )
    op.create_table(
        "artifact_manifests",
        sa.Column("id", BigId, nullable=False),
        sa.Column("artifact_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", Name(255), nullable=False),
        sa.Column("digest", Name(64), nullable=False),
        sa.Column("object_key", Name(255), nullable=False),
        sa.Column("base_artifact_id", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name=op.f("fk_artifact_manifests_artifact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_manifests")),
    )
    op.create_index(op.f("ix_artifact_manifests_artifact_id"), "artifact_manifests", ["artifact_id"], unique=False)
    op.create_table(
        "artifact_memberships",
        sa.Column("id", BigId, nullable=False),
        sa.Column("collection_id", BigId, nullable=False),
        sa.Column("artifact_id", BigId, nullable=False),
        sa.Column("version_index", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name=op.f("fk_artifact_memberships_artifact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["artifact_collections.id"],
            name=op.f("fk_artifact_memberships_collection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_memberships")),
        sa.UniqueConstraint(
            "collection_id", "artifact_id", name=op.f("uq_artifact_memberships_collection_id_artifact_id")
        ),
        sa.UniqueConstraint(
            "collection_id", "version_index", name=op.f("uq_artifact_memberships_collection_id_version_index")
        ),
    )
    op.create_index(op.f("ix_artifact_memberships_artifact_id"), "artifact_memberships", ["artifact_id"], unique=False)
    op.create_table(
        "artifact_tags",
        sa.Column("id", BigId, nullable=False),
        sa.Column("artifact_id", BigId, nullable=False),
        sa.Column("name", Name(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name=op.f("fk_artifact_tags_artifact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_tags")),
        sa.UniqueConstraint("artifact_id", "name", name=op.f("uq_artifact_tags_artifact_id_name")),
    )
    op.create_table(
        "artifact_aliases",
        sa.Column("id", BigId, nullable=False),
        sa.Column("collection_id", BigId, nullable=False),
        sa.Column("membership_id", BigId, nullable=False),
        sa.Column("alias", Name(128), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["artifact_collections.id"],
            name=op.f("fk_artifact_aliases_collection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["artifact_memberships.id"],
            name=op.f("fk_artifact_aliases_membership_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_aliases")),
        sa.UniqueConstraint("collection_id", "alias", name=op.f("uq_artifact_aliases_collection_id_alias")),
    )
    op.create_index(op.f("ix_artifact_aliases_membership_id"), "artifact_aliases", ["membership_id"], unique=False)
    op.create_table(
        "artifact_entries",
        sa.Column("manifest_id", BigId, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", Name(4096), nullable=False),
        sa.Column("path_digest", Name(32), nullable=False),
        sa.Column("digest", LongText, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("ref", LongText, nullable=True),
        sa.Column("extra", LongText, nullable=True),
        sa.Column("birth_artifact_id", BigId, nullable=True),
        sa.Column("blob_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["manifest_id"], ["artifact_manifests.id"], name=op.f("fk_artifact_entries_manifest_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("manifest_id", "position", name=op.f("pk_artifact_entries")),
        sa.UniqueConstraint("manifest_id", "path_digest", name=op.f("uq_artifact_entries_manifest_id_path_digest")),
    )
    op.create_index(op.f("ix_artifact_entries_blob_id"), "artifact_entries", ["blob_id"], unique=False)
