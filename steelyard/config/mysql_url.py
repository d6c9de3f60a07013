"""Reads the address of a MySQL database: `mysql://user:password@host:3306/name?tls=…&ssl-ca=…`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from steelyard.config.percent import decoded, options_of
from steelyard.kernel.errors import Invalid

FORM = "mysql://user:password@host:3306/name?tls=…"
PORT = 3306
_SCHEME = re.compile(r"mysql(\+[a-z]+)?")
_REFUSED = {
    "mysql-replica": "a replica takes no writes; name the primary as mysql://…",
    "cloudsql": "connect through the Cloud SQL Auth Proxy, or to the private address, as mysql://…",
    "cloudsql-replica": "a replica takes no writes; name the primary as mysql://…",
}


class Tls(StrEnum):
    """How the connection is encrypted. Go's words in the URL, what they mean here in the values."""

    OFF = "off"
    PREFERRED = "preferred"  # where the server offers it, whoever it is
    UNVERIFIED = "unverified"  # always, whoever the server is
    AUTHORITY = "authority"  # always; the certificate must come from the authority, whatever name is in it
    VERIFIED = "verified"  # always; the certificate must be good and name the host


_MODES = {
    "true": Tls.VERIFIED,
    "1": Tls.VERIFIED,
    "false": Tls.OFF,
    "0": Tls.OFF,
    "skip-verify": Tls.UNVERIFIED,
    "preferred": Tls.PREFERRED,
    "custom": Tls.AUTHORITY,
}


@dataclass(frozen=True)
class MysqlAddress:
    host: str
    port: int
    username: str
    password: str
    database: str
    tls: Tls = Tls.OFF
    ca: str = ""
    certificate: str = ""
    key: str = ""
    unix_socket: str = ""


def check_mysql_url(text: str) -> None:
    """Raise `Invalid` for a URL that cannot be read. The message does not hold the URL: there are secrets in it."""
    parse_mysql_url(text)


def parse_mysql_url(text: str) -> MysqlAddress:
    """Return what the URL names. Raises `Invalid`.

    Percent-encoding is decoded; a password may hold raw `/`, `:` and `#`, since the account ends at the last `@`.
    """
    scheme, separator, rest = text.strip().partition("://")
    if scheme in _REFUSED:
        raise Invalid(f"{scheme}:// is not supported: {_REFUSED[scheme]}")
    if not separator or not _SCHEME.fullmatch(scheme):
        raise Invalid(f"a database URL must look like {FORM}")
    account, _, rest = rest.rpartition("@")
    place, options = options_of(rest)
    authority, _, name = place.partition("/")
    username, _, password = account.partition(":")
    host, port = _host_and_port(authority)
    if not name.strip("/"):
        raise Invalid(f"the URL names no database; it must look like {FORM}")
    ca = options.get("ssl-ca", "")
    return MysqlAddress(
        host=host,
        port=port,
        username=decoded(username),
        password=decoded(password),
        database=decoded(name.strip("/")),
        tls=tls_mode(options.get("tls", ""), ca),
        ca=ca,
        certificate=options.get("ssl-cert", ""),
        key=options.get("ssl-key", ""),
        unix_socket=options.get("unix-socket", ""),
    )


def tls_mode(word: str, ca: str) -> Tls:
    """Return what `tls=` means. An authority that is named is asked for, even where encryption is only preferred."""
    if not word:
        return Tls.AUTHORITY if ca else Tls.OFF
    found = _MODES.get(word.lower())
    if found is None:
        raise Invalid(f"the option tls of the database URL must be one of {', '.join(_MODES)}, not {word!r}")
    if found is Tls.AUTHORITY and not ca:
        raise Invalid("the option tls=custom of the database URL needs ssl-ca, the file of the authority's certificate")
    return Tls.AUTHORITY if found is Tls.PREFERRED and ca else found


def _host_and_port(authority: str) -> tuple[str, int]:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::([0-9]{1,5}))?", authority)
    if not found or not 0 < int(found[2] or PORT) < 1 << 16:
        raise Invalid(f"the host and port of the database URL cannot be read; it must look like {FORM}")
    return found[1].strip("[]") or "localhost", int(found[2] or PORT)
