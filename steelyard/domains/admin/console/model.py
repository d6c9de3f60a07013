"""Pages of the console, and what stands in their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from steelyard.domains.accounts.model import User

T = TypeVar("T")


class Kind(StrEnum):
    """Which accounts a page is to hold."""

    ALL = "all"
    ACTIVE = "active"
    ADMINS = "admins"
    ENDED = "ended"
    SERVICES = "services"


@dataclass(frozen=True)
class Wanted:
    """A page: `limit` rows from `offset` on, of those that hold `search`."""

    search: str = ""
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of `total`."""

    total: int
    rows: list[T]


@dataclass(frozen=True)
class ListedUser:
    """`last_seen_at` is the last use of a key or a browser session that is still there, None for neither.

    `days_active` counts the days of the last 30 on which they were active, None where that is not kept.
    """

    user: User
    teams: int
    keys: int
    last_seen_at: datetime | None
    days_active: int | None = None


@dataclass(frozen=True)
class ListedTeam:
    name: str
    organization: str | None
    created_at: datetime
    members: int
    services: int
    admins: list[str]
    projects: int
    bucket: str


@dataclass(frozen=True)
class Counts:
    """What there is on the server. `running` runs have told of themselves lately."""

    active: int
    ended: int
    services: int
    teams: int
    projects: int
    runs: int
    running: int


@dataclass(frozen=True)
class Queue:
    """Work that waits for its turn, of all processes."""

    name: str
    count: int
