"""What a provisioning client calls people and teams, beside what they are called here."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, Name

scim_users = Table(
    "scim_users",
    metadata,
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # Where it is another than the account's name: providers often take the address.
    Column("user_name", Name(254)),
    Column("external_id", Name(255)),
    # The provider has deleted them: they are absent to it until somebody here restores the account.
    Column("is_deleted", Boolean, nullable=False, server_default="0"),
    Index(None, "user_name"),
    Index(None, "external_id"),
)

scim_groups = Table(
    "scim_groups",
    metadata,
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("external_id", Name(255)),
    Index(None, "external_id"),
)
