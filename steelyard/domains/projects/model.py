"""Projects, and the words that the wire has for who may use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
