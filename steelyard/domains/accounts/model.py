"""People, the entities they own or join, and their keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from steelyard.context import UNBOUNDED, KeyScope
from steelyard.domains.audit.model import Subject


class EntityKind(StrEnum):
    USER = "user"
    TEAM = "team"
    ORGANIZATION = "organization"


class Role(StrEnum):
    """The first may most."""

    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


def strongest(roles: Iterable[str]) -> str:
    """Return the role that may most. Raises `ValueError` for none."""
    return min(roles, key=lambda role: list(Role).index(Role(role)))


@dataclass(frozen=True)
class CustomRole:
    """A role of an organization: what `parent`, member or viewer, may, and what its permissions add (vocabulary.py)."""

    id: int
    organization_id: int
    name: str
    description: str
    parent: Role
    permissions: tuple[str, ...]
    created_at: datetime
    # what a provisioning client calls it
    external_id: str | None = None


@dataclass(frozen=True)
class Standing:
    """What somebody is in a place: a role, or a custom one on top of it."""

    role: Role
    custom: CustomRole | None = None

    @property
    def name(self) -> str:
        return self.custom.name if self.custom else self.role.value

    @property
    def columns(self) -> dict[str, Any]:
        """Return what the tables of members keep of it."""
        return {"role": self.role, "custom_role_id": self.custom.id if self.custom else None}


@dataclass(frozen=True)
class Organization:
    id: int
    name: str
    created_at: datetime


@dataclass(frozen=True)
class Entity:
    id: int
    name: str
    kind: EntityKind
    organization_id: int | None
    created_at: datetime
    # of a team that keeps its content in one of its own, else empty
    bucket: str

    @property
    def subject(self) -> Subject:
        return Subject(entity_id=self.id, entity=self.name)


@dataclass(frozen=True)
class Activity:
    """When an account was last active, to the day where its keys and sessions are gone, and on how many of 30 days."""

    last_at: datetime
    days: int


@dataclass(frozen=True)
class User:
    id: int
    username: str
    name: str
    email: str
    is_admin: bool
    kind: str
    is_active: bool
    entity_id: int
    entity: str
    settings: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def subject(self) -> Subject:
        return Subject(user_id=self.id, user=self.username)

    @classmethod
    def nobody(cls, moment: datetime) -> User:
        """Stand in for an account that is gone."""
        return cls(0, "", "deleted user", "", False, "human", False, 0, "", "{}", moment, moment)


@dataclass(frozen=True)
class Membership:
    """One account's place in a team, an organization or a project. `custom` names a custom role on top of `role`."""

    user: User
    role: Role
    custom: str | None = None


@dataclass(frozen=True)
class TeamMembership:
    """The place of a team in the list of a registry."""

    team: Entity
    role: Role


@dataclass(frozen=True)
class ProjectRole:
    """What an account is in one project of an entity, whatever it is in the entity."""

    project_id: int
    entity_id: int
    user_id: int
    role: str
    custom: str | None = None


@dataclass(frozen=True)
class ApiKey:
    id: int
    user_id: int
    name: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None
    scope: KeyScope = UNBOUNDED

    @property
    def label(self) -> str:
        """Return what the audit log calls it."""
        return f"{self.name} ({self.hint})" if self.name else self.hint


@dataclass(frozen=True)
class TokenIssuer:
    """An issuer whose tokens count. `audience` is whom they must be for, empty for what is usual.

    `by_email` says that it may be believed whose an e-mail address is.
    """

    id: int
    issuer: str
    audience: str
    by_email: bool


@dataclass(frozen=True)
class BoundSubject:
    """An account that an issuer's subject names."""

    id: int
    subject: str
    username: str


@dataclass(frozen=True)
class TeamSecret:
    """A secret of a team without its value. `changed_by` is None for an account that is gone."""

    name: str
    created_at: datetime
    changed_at: datetime
    changed_by: str | None


@dataclass(frozen=True)
class NewApiKey:
    """A key at the only moment its secret is known."""

    key: ApiKey
    secret: str


@dataclass(frozen=True)
class AccountLink:
    """A link to a new password of `user_id`, or an invitation to the team `entity_id`."""

    id: int
    user_id: int | None
    entity_id: int | None
    role: Role | None
    email: str
    created_at: datetime
    expires_at: datetime
    # of the account, or of the team
    username: str | None
    entity: str | None
    # the custom role on top of `role`
    custom: str | None = None


@dataclass(frozen=True)
class BrowserSession:
    id: int
    user_id: int
    csrf_token: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
