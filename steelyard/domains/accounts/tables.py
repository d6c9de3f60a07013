"""Tables of people, teams, organizations, keys and browser sessions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, UniqueConstraint

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

organizations = Table(
    "organizations",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", Name(64), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
)

# Roles on top of member or viewer. Whoever has one has its parent in `role` too, so that nothing else need know of it,
# and is that alone once the role is gone.
custom_roles = Table(
    "custom_roles",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(64), nullable=False),
    Column("folded_name", Name(64), nullable=False),
    Column("description", Name(1024), nullable=False, server_default=""),
    Column("parent", String(32), nullable=False),
    # names of vocabulary.py, separated by blanks
    Column("permissions", String(1024), nullable=False, server_default=""),
    # what a provisioning client calls it
    Column("external_id", Name(255)),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("organization_id", "folded_name"),
)


def _custom_role() -> Column[int]:
    return Column("custom_role_id", BigId, ForeignKey("custom_roles.id", ondelete="SET NULL"))


# An entity owns projects: a person's own, a team, or an organization.
entities = Table(
    "entities",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", Name(64), nullable=False),
    Column("folded_name", Name(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("organization_id", BigId, ForeignKey("organizations.id", ondelete="CASCADE")),
    Column("created_at", UtcTime, nullable=False),
    # Of a team that has one of its own: its name in the settings. Never changed: keys of objects hold it.
    Column("bucket", Name(64), nullable=False, server_default=""),
)

users = Table(
    "users",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("username", Name(64), nullable=False, unique=True),
    Column("name", Name(128), nullable=False, default=""),
    Column("email", Name(254), nullable=False, default=""),
    # Whether its owner has written the address there: then nothing shows that it is theirs.
    Column("email_unproven", Boolean, nullable=False, server_default="0"),
    Column("password_hash", String(255)),
    Column("is_admin", Boolean, nullable=False, default=False),
    Column("kind", String(16), nullable=False, default="human"),
    Column("is_active", Boolean, nullable=False, default=True),
    # The personal entity of a person, the team of a service account.
    Column("entity_id", BigId, ForeignKey("entities.id"), nullable=False),
    Column("default_entity_id", BigId, ForeignKey("entities.id")),
    Column("settings", LongText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    # When `is_active` became false.
    Column("ended_at", UtcTime),
)

organization_members = Table(
    "organization_members",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("organization_id", BigId, ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(32), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("organization_id", "user_id"),
    Index(None, "user_id"),
)

team_members = Table(
    "team_members",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(32), nullable=False),
    _custom_role(),
    # Whether it was a group of the identity provider that brought them in: then leaving the group takes them out.
    Column("by_group", Boolean, nullable=False, server_default="0"),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("entity_id", "user_id"),
    Index(None, "user_id"),
    Index(None, "custom_role_id"),
)

# Whom a project's own list names, and as what. `entity_id` is the owner of the project.
project_members = Table(
    "project_members",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(32), nullable=False),
    _custom_role(),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("project_id", "user_id"),
    Index(None, "user_id", "entity_id"),
    Index(None, "custom_role_id"),
)

# Which teams of its organization the list of a registry names, and as what. `entity_id` is the owner of the registry.
project_teams = Table(
    "project_teams",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("team_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(32), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("project_id", "team_id"),
    Index(None, "team_id"),
    Index(None, "entity_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(128), nullable=False, default=""),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("hint", Name(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    Column("rights", String(16), nullable=False, server_default="all"),
    # Whether `api_key_projects` bounds it: a key whose last project is gone opens nothing.
    Column("in_projects", Boolean, nullable=False, server_default="0"),
    Column("expires_at", UtcTime),
    # networks that it may be used from, separated by blanks; empty for everywhere
    Column("networks", String(1024), nullable=False, server_default=""),
    # Of an access token: whose signed token it was given for. It is no key that its owner knows of.
    Column("issuer_id", BigId),
    Index(None, "user_id"),
    Index(None, "issuer_id"),
)

# On which days, in UTC, somebody has used a key or a browser session.
active_days = Table(
    "active_days",
    metadata,
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("day", String(10), primary_key=True),
    Index(None, "day"),
)

# Issuers whose tokens programs may exchange for access tokens.
token_issuers = Table(
    "token_issuers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("issuer", Name(255), nullable=False, unique=True),
    Column("audience", Name(255), nullable=False, server_default=""),
    Column("by_email", Boolean, nullable=False, server_default="0"),
    Column("created_at", UtcTime, nullable=False),
)

api_key_projects = Table(
    "api_key_projects",
    metadata,
    Column("key_id", BigId, ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "project_id"),
)

# Keys of new service accounts until their maker has seen them, minutes at most: the client makes an account by one
# request and learns its key by the next.
unseen_keys = Table(
    "unseen_keys",
    metadata,
    Column("key_id", BigId, ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("maker_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("secret", String(128), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "maker_id"),
)

browser_sessions = Table(
    "browser_sessions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("csrf_token", String(64), nullable=False),
    Column("user_agent", Name(255), nullable=False, default=""),
    Column("created_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    # of a session that an identity provider has vouched for: what ends it there too
    Column("id_token", LongText),
    Index(None, "user_id"),
)

# Whom an identity provider knows an account as.
provider_identities = Table(
    "provider_identities",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("issuer", Name(255), nullable=False),
    Column("subject", Name(255), nullable=False),
    # What the provider called them when it was last heard: what it changes is carried over, what is changed here stays.
    Column("email", Name(254)),
    Column("name", Name(128)),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime, nullable=False),
    UniqueConstraint("issuer", "subject"),
    Index(None, "user_id"),
)

# Links that let somebody in: to choose a new password (`user_id`), or to join a team (`entity_id`, `role`).
account_links = Table(
    "account_links",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE")),
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE")),
    Column("role", String(32)),
    _custom_role(),
    Column("email", Name(254), nullable=False, default=""),
    Column("made_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "user_id"),
    Index(None, "entity_id"),
    Index(None, "made_by"),
    Index(None, "custom_role_id"),
)

# What the automations of a team send under a name: encrypted (sealing.py), told to nobody.
team_secrets = Table(
    "team_secrets",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(128), nullable=False),
    Column("sealed", LongText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    UniqueConstraint("entity_id", "name"),
    Index(None, "changed_by"),
)

# Secrets of the whole server (URL signing key, first-start token), made once and shared by all its processes.
# A row named `RESTORING` is there while a backup is being restored into the database.
RESTORING = "restoring"
server_secrets = Table(
    "server_secrets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(255), nullable=False),
)
