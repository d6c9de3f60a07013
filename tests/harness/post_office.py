"""A real SMTP server on loopback that keeps what it is given, and can be told to refuse."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services.places import free_port


@dataclass
class PostOffice:
    """`answer` is what the next messages are answered instead of being kept, such as `450 later`."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    answer: str = ""
    asked: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.asked += 1
        if self.answer:
            return self.answer
        content: Any = envelope.content
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 kept"


@contextlib.contextmanager
def open_post_office() -> Iterator[PostOffice]:
    office = PostOffice(port=free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
