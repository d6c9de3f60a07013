"""Views and custom charts: documents that clients and the web app write, which the server keeps as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from steelyard.domains.accounts.access import Target, Thing
from steelyard.domains.audit.model import Subject


class ViewType:
    """What a view is. Clients may use further types of their own, which are kept and listed like these."""

    REPORT = "runs"
    DRAFT = "runs/draft"
    WORKSPACE = "project-view"


@dataclass(frozen=True)
class View:
    """A report, the draft of one, or a workspace. `spec` is the text that was sent, None in lists."""

    id: int
    project_id: int
    parent_id: int | None
    type: str
    name: str
    title: str
    description: str
    spec: str | None
    spec_bytes: int
    locked: bool
    preview_url: str | None
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    # of the project
    project: str
    entity: str
    entity_id: int
    visibility: str

    @property
    def target(self) -> Target:
        return Target(self.entity_id, self.visibility, self.project_id, Thing.REPORT, "view")

    @property
    def subject(self) -> Subject:
        place = Subject(self.entity_id, self.entity, self.project_id, self.project)
        return replace(place, report_id=self.id, report=self.title or self.name)


@dataclass(frozen=True)
class ViewSpec:
    """What to write; None leaves what there is."""

    type: str | None = None
    name: str | None = None
    title: str | None = None
    description: str | None = None
    spec: str | None = None
    locked: bool | None = None
    preview_url: str | None = None


@dataclass(frozen=True)
class CustomChart:
    """A chart definition that panels refer to as `entity/name`."""

    number: int
    entity_id: int
    entity: str
    name: str
    title: str
    type: str
    public: bool
    spec: str
    created_at: datetime

    @property
    def id(self) -> str:
        return f"{self.entity}/{self.name}"
