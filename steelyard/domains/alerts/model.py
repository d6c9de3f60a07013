"""An alert that a program sent, and what a person wants to hear of alerts. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from steelyard.kernel.errors import Invalid

# The client promises titles under 64 characters; a longer one is cut, for a program must not fail by its words.
TITLE_MAX, TEXT_MAX = 255, 16_000
# Alerts of one run within an hour that are stored; further ones are dropped until some of them are older.
RUN_MAX_PER_HOUR = 100
# E-mails to one person within an hour; further alerts are shown in the app only.
MAILS_MAX_PER_HOUR = 20
# Messages to one channel within an hour, likewise.
POSTS_MAX_PER_HOUR = 60


class Severity(StrEnum):
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True)
class NewAlert:
    """What a program sent. Alerts of the same title are not repeated within `wait_s`."""

    title: str
    text: str
    severity: Severity
    wait_s: float


@dataclass(frozen=True)
class Alert:
    id: int
    title: str
    text: str
    severity: str
    created_at: datetime
    # of the run
    run: int
    run_id: str
    run_title: str
    project: str
    entity_id: int
    entity: str
    visibility: str
    project_id: int


@dataclass(frozen=True)
class Preferences:
    """What a person hears of their runs' alerts. `read_up_to` is the newest alert that they have seen."""

    by_mail: bool = True
    least_severity: str = Severity.INFO
    read_up_to: int = 0

    def wants(self, severity: Severity) -> bool:
        order = list(Severity)
        return order.index(severity) >= order.index(Severity(self.least_severity))


@dataclass(frozen=True)
class SlackConnection:
    """The channel that alerts of a person, or of a team, go to. Who has `sealed` and the server's key posts to it."""

    id: int
    entity_id: int
    workspace: str
    channel: str
    sealed: str = field(repr=False)
    created_at: datetime
    # user name of who connected it, None for accounts that are gone
    created_by: str | None
    # Since when Slack says that the channel is not there any more: nothing is posted until somebody connects again.
    gone_at: datetime | None
    # The last message could not be posted, since then and for this reason.
    failed_at: datetime | None
    last_error: str | None


def parse_severity(text: str) -> Severity:
    try:
        return Severity(text.upper())
    except ValueError as error:
        raise Invalid(f"severity must be one of {', '.join(Severity)}, not {text[:40]!r}") from error
