"""The certificate of an https address: can it be checked, whom does it name, when does it end."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

from steelyard.doctor.findings import Finding, fail, ok, warn
from steelyard.kernel.clock import utc_now

_TIMEOUT_S = 10.0
_WARN_DAYS = 21
_DAY_S = 86_400


async def look_at_certificate(id_: str, url: str) -> Finding | None:
    """Return what is found, None where nobody answers: that is another check's business."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        certificate = await asyncio.to_thread(_handshake, host, port)
    except ssl.SSLCertVerificationError as error:
        return _not_verified(id_, host, error)
    except ssl.SSLError as error:
        fix = "is TLS spoken at that port? an address without TLS begins with http://"
        return fail(id_, f"{host}:{port}: {error.reason or error}", "TLS", fix)
    except OSError:
        return None
    days = (ssl.cert_time_to_seconds(certificate["notAfter"]) - utc_now().timestamp()) / _DAY_S
    seen = f"{host}:{port}, good for {days:.0f} days"
    if days < _WARN_DAYS:
        return warn(
            id_, seen, f"more than {_WARN_DAYS} days", "renew the certificate, or look why it does not renew itself"
        )
    return ok(id_, seen)


def _handshake(host: str, port: int) -> dict[str, Any]:
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), _TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        return tls.getpeercert() or {}


def _not_verified(id_: str, host: str, error: ssl.SSLCertVerificationError) -> Finding:
    said = error.verify_message
    wanted = "a certificate that clients and browsers can check"
    if "expired" in said:
        return fail(id_, said, wanted, "renew the certificate")
    if "Hostname mismatch" in said or "IP address mismatch" in said:
        return fail(id_, said, f"a certificate that names {host}", "make one with the public name in it")
    if "self-signed" in said or "unable to get" in said:
        fix = (
            "the proxy must send the whole chain, intermediate certificates included; an authority of your own is named"
            " in STEELYARD_SERVER_AUTHORITIES here, and in SSL_CERT_FILE and REQUESTS_CA_BUNDLE on every machine with a"
            " client"
        )
        return fail(id_, said, wanted, fix)
    return fail(id_, said, wanted, "look at it with: openssl s_client -showcerts -connect " + host)
