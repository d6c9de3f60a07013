"""Speaks LDAP with one of the directory's servers. Blocks: `directory.py` calls it in threads of its own."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ldap3 import NONE, SIMPLE, SUBTREE, SYNC, Connection, Server, Tls
from ldap3.core.exceptions import LDAPExceptionError

from steelyard.adapters.ldap.plan import Place
from steelyard.ports.directory import DirectoryDown

CONNECT_S, ANSWER_S = 5, 10
# Codes of RFC 4511.
SUCCESS, SIZE_EXCEEDED, NO_SUCH_OBJECT, WRONG_PASSWORD = 0, 4, 32, 49
_PASSING = {3, 51, 52, 80}  # time limit, busy, unavailable, other
# What a directory calls an entry for good: RFC 4530, Active Directory, 389 Directory Server.
_IDS = ("entryUUID", "objectGUID", "nsUniqueId")


class CannotAsk(DirectoryDown):
    """`part` says what failed: `server`, `encryption`, `bind` or `search`."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True)
class Way:
    """How every server is spoken with."""

    places: Sequence[Place]
    start_tls: bool
    trust: ssl.SSLContext


@dataclass(frozen=True)
class Entry:
    dn: str
    values: dict[str, list[bytes]] = field(default_factory=dict)

    def all(self, name: str) -> list[str]:
        return [value.decode(errors="replace") for value in self.values.get(name.lower(), [])]

    def first(self, *names: str) -> str:
        return next((found[0].strip() for name in names if (found := self.all(name))), "")

    @property
    def subject(self) -> str:
        """Return what names the entry for good; its DN where the directory gives it nothing better."""
        for name in _IDS:
            for value in self.values.get(name.lower(), []):
                is_guid = name == "objectGUID" and len(value) == 16
                return str(uuid.UUID(bytes_le=value)) if is_guid else value.decode(errors="replace")
        return self.dn


class _CheckedTls(Tls):
    """Certificates are checked by our own context, its host name included."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._trust = trust

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG002 - it is always done
        # a server that does not shake hands holds the thread no longer than one that does not answer
        connection.socket.settimeout(ANSWER_S)
        plain = connection.socket
        try:
            connection.socket = self._trust.wrap_socket(plain, server_hostname=connection.server.host)
        except (OSError, ssl.SSLError):
            plain.close()
            raise


@contextmanager
def bound(way: Way, dn: str, password: str) -> Iterator[Connection]:
    """Yield a connection of the account `dn` with the first server that answers, of nobody's for an empty one.

    Raises `CannotAsk`.
    """
    connection = _connect(way, dn, password)
    try:
        code = _bind(connection)
        if code != SUCCESS:
            why = f"{connection.result['description']} {connection.result.get('message') or ''}".strip()
            raise CannotAsk("bind", f"the directory does not take this server's account {dn or '(none)'}: {why[:200]}")
        yield connection
    finally:
        _end(connection)


def is_password(way: Way, dn: str, password: str) -> tuple[bool, str]:
    """Tell whether the password is that of the entry, and why not, as the directory words it. Raises `CannotAsk`.

    An empty password is never one, though directories answer it as if it were (RFC 4513, 5.1.2).
    """
    if not dn or not password or "\0" in password:
        return False, "empty"
    connection = _connect(way, dn, password)
    try:
        code = _bind(connection)
        said = f"{connection.result['description']} {connection.result.get('message') or ''}".strip()
    finally:
        _end(connection)
    if code in _PASSING:
        raise CannotAsk("server", f"the directory is not able to tell: {said[:200]}")
    return code == SUCCESS, said[:200]


def search(connection: Connection, base: str, where: str, names: Sequence[str], size: int) -> list[Entry]:
    """Return at most `size` entries below `base`, and no referrals. Raises `CannotAsk`."""
    try:
        connection.search(base, where, SUBTREE, attributes=[*names, *_IDS], size_limit=size)
    except (LDAPExceptionError, OSError) as error:
        raise CannotAsk("search", f"the directory does not answer: {_short(error)}") from error
    code, said = connection.result["result"], connection.result["description"]
    if code == NO_SUCH_OBJECT:
        raise CannotAsk("search", f"the directory has no {base!r}")
    if code not in {SUCCESS, SIZE_EXCEEDED}:
        raise CannotAsk("search", f"the directory does not answer a search below {base!r}: {said}")
    found = [item for item in connection.response or [] if item["type"] == "searchResEntry"]
    return [
        Entry(item["dn"], {name.lower(): list(values) for name, values in item["raw_attributes"].items()})
        for item in found[:size]
    ]


def _connect(way: Way, dn: str, password: str) -> Connection:
    failure: CannotAsk | None = None
    for place in way.places:
        try:
            return _open(way, place, dn, password)
        except CannotAsk as error:
            failure = error
    assert failure is not None, "there is one server at least"
    raise failure


def _open(way: Way, place: Place, dn: str, password: str) -> Connection:
    server = Server(
        place.host,
        place.port,
        use_ssl=place.tls,
        tls=_CheckedTls(way.trust),
        get_info=NONE,
        connect_timeout=CONNECT_S,
    )
    connection = Connection(
        server,
        user=dn or None,
        password=password if dn else None,
        authentication=SIMPLE if dn else "ANONYMOUS",
        client_strategy=SYNC,
        auto_referrals=False,
        check_names=False,
        read_only=True,
        receive_timeout=ANSWER_S,
        raise_exceptions=False,
    )
    try:
        connection.open(read_server_info=False)
        if way.start_tls and not place.tls:
            connection.start_tls(read_server_info=False)
    except (LDAPExceptionError, OSError) as error:
        _end(connection)
        raise _not_reached(place, error) from error
    return connection


def _bind(connection: Connection) -> int:
    try:
        connection.bind(read_server_info=False)
    except (LDAPExceptionError, OSError) as error:
        raise CannotAsk("server", f"the directory does not answer: {_short(error)}") from error
    return int(connection.result["result"])


def _end(connection: Connection) -> None:
    # it is closed without one where opening it has failed
    left = connection.socket
    try:
        connection.unbind()
    except (LDAPExceptionError, OSError):
        pass  # the server has ended it already
    finally:
        if left is not None:
            left.close()


def _not_reached(place: Place, error: Exception) -> CannotAsk:
    said = _short(error)
    if "CERTIFICATE_VERIFY_FAILED" in said or "ertificate" in said:
        return CannotAsk("encryption", f"the certificate of {place} cannot be checked: {said}")
    if "startTLS" in said or "wrap socket" in said or "SSL" in said:
        return CannotAsk("encryption", f"{place} does not speak TLS as asked: {said}")
    return CannotAsk("server", f"the directory {place} cannot be reached: {said}")


def _short(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__
