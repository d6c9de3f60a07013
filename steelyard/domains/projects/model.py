"""Projects, and the words that the wire has for who may use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from steelyard.domains.accounts.access import Target, Visibility
from steelyard.domains.audit.model import Subject
from steelyard.kernel.errors import Invalid

# docs/protocol/graphql-operations.md, projects
_WIRE_OF = {
    Visibility.PRIVATE: "PRIVATE",
    Visibility.TEAM: "ENTITY_WRITE",
    Visibility.RESTRICTED: "RESTRICTED",
    Visibility.PUBLIC: "USER_READ",
    Visibility.OPEN: "USER_WRITE",
}
_VISIBILITY_OF = {wire: visibility for visibility, wire in _WIRE_OF.items()} | {"ENTITY_READ": Visibility.TEAM}


@dataclass(frozen=True)
class Project:
    id: int
    entity_id: int
    name: str
    description: str
    visibility: str
    views: str | None
    created_by: int | None
    created_at: datetime
    last_active_at: datetime
    run_counter: int
    is_benchmark: bool
    # of the owner
    entity: str

    @property
    def target(self) -> Target:
        return Target(self.entity_id, self.visibility, self.id)

    @property
    def subject(self) -> Subject:
        return Subject(entity_id=self.entity_id, entity=self.entity, project_id=self.id, project=self.name)


@dataclass(frozen=True)
class ProjectChange:
    """What to change; None leaves it."""

    description: str | None = None
    visibility: str | None = None
    views: str | None = None
    is_benchmark: bool | None = None
    # Types that a registry takes from now on, and whether it takes all others too.
    artifact_types: tuple[str, ...] = ()
    all_artifact_types: bool | None = None

    def columns(self) -> dict[str, Any]:
        if self.visibility is not None:
            check_visibility(self.visibility)
        given = {name: getattr(self, name) for name in ("description", "visibility", "views", "is_benchmark")}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class ProjectChanged:
    """A project as it is now, and what it was asked to be. `made` tells a new one."""

    project: Project
    change: ProjectChange
    made: bool


def wire_access(visibility: str) -> str:
    return _WIRE_OF[visibility]


def parse_access(text: str) -> str:
    """Return the visibility that the wire calls `text`. Raises `Invalid`."""
    found = _VISIBILITY_OF.get(text.upper())
    if found is None:
        raise Invalid(f"access must be one of {', '.join(sorted(_VISIBILITY_OF))}, not {text[:40]!r}")
    return found


def check_visibility(text: str) -> str:
    if text not in Visibility.ALL:
        raise Invalid(f"visibility must be one of {', '.join(Visibility.ALL)}, not {text[:40]!r}")
    return text
