"""The port of Slack: a person approves a channel there, then messages go to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Webhook:
    """A channel that somebody has approved. Whoever has the `url` posts to it."""

    workspace: str
    channel: str
    url: str = field(repr=False)


class ApprovalFailed(Exception):
    """Slack gave no channel. The message tells why, the advice what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message, self.advice = message, advice


class PostRefused(Exception):
    """Slack will never take this message."""


class ChannelGone(PostRefused):
    """Nor any other: the channel is gone, or somebody took the app away from it."""


class Slack(Protocol):
    def approval_url(self, state: str, callback: str) -> str:
        """Return where a person approves a channel; Slack leads them back to `callback` with the state."""
        ...

    async def redeem(self, code: str, callback: str) -> Webhook:
        """Return the channel that was approved. Raises `ApprovalFailed`."""
        ...

    async def post(self, url: str, text: str) -> None:
        """Post to a channel. Raises `PostRefused` for good, `Unavailable` when it is worth another try."""
        ...
