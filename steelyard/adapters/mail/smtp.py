"""Mail by SMTP: implicit TLS on port 465, STARTTLS where the server offers it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

import aiosmtplib

from steelyard.config.groups.telling import MailSettings
from steelyard.kernel.errors import Invalid, Unavailable
from steelyard.ports.mail import Mail, MailRefused

TIMEOUT_S = 20.0
_IMPLICIT_TLS_PORT = 465
_SUBMISSION_PORT = 587


@dataclass(frozen=True)
class SmtpServer:
    """Where mail goes. `security` is `auto`, `tls` (from the first byte), `starttls` (required) or `none`."""

    host: str
    port: int
    username: str
    password: str
    security: str
    sender: str

    async def send(self, mail: Mail) -> None:
        try:
            await aiosmtplib.send(
                self._message(mail),
                sender=self.sender,
                recipients=[mail.recipient],
                hostname=self.host,
                port=self.port,
                username=self.username or None,
                password=self.password or None,
                use_tls=self.is_tls,
                start_tls={"starttls": True, "none": False}.get(self.security) if not self.is_tls else False,
                timeout=TIMEOUT_S,
            )
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as error:
            if _is_final(error):
                raise MailRefused(str(error)[:500]) from error
            raise Unavailable(f"the mail server answered {error}") from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Unavailable(f"the mail server cannot be used: {error}") from error

    @property
    def is_tls(self) -> bool:
        return self.security == "tls" or (self.security == "auto" and self.port == _IMPLICIT_TLS_PORT)

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, mail.recipient, mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{mail.id}@{self.sender.rpartition('@')[2] or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message


def _is_final(error: aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused) -> bool:
    """Tell an answer about this message (5xx) from one about us (login, relaying), which an operator will mend."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(each.code >= 500 for each in error.recipients)
    return isinstance(error, aiosmtplib.SMTPDataError) and error.code >= 500


def open_mailer(settings: MailSettings, public_url: str) -> SmtpServer | None:
    """Return the server that the settings name, None when they name none. Raises `Invalid` for an unfit URL."""
    host, port, username, password = settings.host, settings.port, settings.username, settings.password
    security = settings.security
    if settings.url:
        parts = urlsplit(settings.url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise Invalid("mail.url must be smtp://user:password@host:port or smtps://…")
        host, username, password = parts.hostname, unquote(parts.username or ""), unquote(parts.password or "")
        security = "tls" if parts.scheme == "smtps" else security
        port = parts.port or (_IMPLICIT_TLS_PORT if parts.scheme == "smtps" else _SUBMISSION_PORT)
    if not host:
        return None
    sender = settings.sender or f"noreply@{urlsplit(public_url).hostname or 'localhost'}"
    return SmtpServer(host, port, username, password, security, sender)
