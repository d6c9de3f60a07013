"""Checks of the mail server: reached, encrypted as asked, and our account let in. No mail is sent."""

from __future__ import annotations

import aiosmtplib

from steelyard.adapters.mail.smtp import SmtpServer
from steelyard.doctor.findings import Finding, fail, info, ok, warn

_TIMEOUT_S = 10.0


async def look_at_mail(server: SmtpServer | None) -> Finding:
    if server is None:
        return info("mail.server", "none is set: alerts stand in the inbox only, invitations are shown as links")
    place = f"{server.host}:{server.port}"
    start_tls = {"starttls": True, "none": False}.get(server.security) if not server.is_tls else False
    client = aiosmtplib.SMTP(
        hostname=server.host, port=server.port, use_tls=server.is_tls, start_tls=start_tls, timeout=_TIMEOUT_S
    )
    try:
        await client.connect()
        if server.username:
            await client.login(server.username, server.password)
        is_encrypted = server.is_tls or client.get_transport_info("sslcontext") is not None
        await client.quit()
    except aiosmtplib.SMTPAuthenticationError as error:
        fix = "STEELYARD_MAIL_USERNAME and STEELYARD_MAIL_PASSWORD, or the account in the mail URL"
        return fail("mail.login", f"{place}: {error.code} {error.message}", "an account that the server knows", fix)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return _explain(place, server, error)
    finally:
        client.close()
    if not is_encrypted and server.username:
        fix = "a server with STARTTLS, or port 465"
        return warn("mail.encryption", f"{place}: the password is sent in clear text", "encryption", fix)
    return ok("mail.server", f"{place}{', encrypted' if is_encrypted else ''}, from {server.sender}")


def _explain(place: str, server: SmtpServer, error: Exception) -> Finding:
    said = f"{place}: {error}"
    if "certificate" in said.lower():
        fix = "the authority of its certificate is named in STEELYARD_SERVER_AUTHORITIES"
        return fail("mail.encryption", said, "a certificate that can be checked", fix)
    if "STARTTLS" in said or "starttls" in said.lower() or "AUTH" in said:
        fix = f"the server does not offer it on port {server.port}: another port, or STEELYARD_MAIL_SECURITY=auto"
        return fail("mail.encryption", said, f"what STEELYARD_MAIL_SECURITY={server.security} asks for", fix)
    fix = "host and port of the mail server; 465 speaks TLS from the first byte, 587 and 25 do not"
    return fail("mail.server", said, "a mail server that answers", fix)
