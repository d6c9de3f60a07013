"""Lines as they are shown, places between them, and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from steelyard.domains.audit.model import Line
from steelyard.kernel.clock import iso
from steelyard.kernel.ids import encode_global_id


@dataclass(frozen=True)
class Place:
    """The place after a line, in the order of time."""

    at: datetime
    id: int


@dataclass(frozen=True)
class Shown:
    """A line, and whether its entity is a team or an organization: another's name is that of a person."""

    line: Line
    in_team: bool

    @property
    def place(self) -> Place:
        return Place(self.line.at, self.line.id)

    def as_json(self, *, anonymized: bool = False) -> dict[str, Any]:
        """Return the line in the keys of W&B Server and some of our own; what is empty is left out.

        Anonymized it holds numbers of people, no names, addresses, keys or whatever people wrote.
        """
        line, about = self.line, self.line.subject
        values = {
            "timestamp": iso(line.at),
            "id": line.id,
            "action": line.action,
            "response_code": line.code,
            "actor_user_id": _id("User", line.actor_id),
            "artifact_asset": _id("Artifact", about.artifact_id),
            "artifact_digest": about.digest,
            "artifact_sequence_asset": _id("ArtifactSequence", about.sequence_id),
            "entity_asset": _id("Entity", about.entity_id),
            "project_asset": _id("Project", about.project_id),
            "project_name": about.project,
            "report_asset": _id("View", about.report_id),
            "run_name": about.run,
            "user_asset": _id("User", about.user_id),
        }
        if self.in_team or not anonymized:
            values |= {"entity_name": about.entity, "artifact_qualified_name": self._artifact()}
        if not anonymized:
            values |= {
                "actor_email": line.actor_email,
                "actor_ip": line.address,
                "actor_username": line.actor,
                "actor_api_key": line.key,
                "acting_for": line.acting_for,
                "cli_version": line.client,
                "report_name": about.report,
                "user_email": about.email,
                "username": about.user,
                "detail": line.detail,
            }
        return {key: value for key, value in values.items() if value not in (None, "", {})}

    def _artifact(self) -> str:
        about = self.line.subject
        return f"{about.entity}/{about.project}/{about.artifact}" if about.artifact else ""


def _id(kind: str, number: int | None) -> str | None:
    return None if number is None else encode_global_id(kind, number)
