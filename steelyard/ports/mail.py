"""The port of mail: hands one message to the operator's mail server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Mail:
    """One message of plain text. `id` stays the same when it is sent again, so that readers can show it once."""

    id: str
    recipient: str
    subject: str
    text: str


class MailRefused(Exception):
    """The server will never take this message: the address is unknown, the content refused."""


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand the message over. Raises `MailRefused` for good, `Unavailable` when it is worth another try."""
        ...
