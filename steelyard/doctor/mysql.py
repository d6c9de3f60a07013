"""Checks of a MySQL server: reached, right release, ours, allowed, well set, and of one time with us."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from secrets import token_hex

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.config.mysql_url import MysqlAddress, Tls
from steelyard.doctor.findings import Finding, fail, info, ok, warn
from steelyard.doctor.mysql_variables import NAMES, look_at_variables
from steelyard.doctor.schema import look_at_schema
from steelyard.kernel.clock import utc_now
from steelyard.sql import mysql_facts
from steelyard.sql.engine import Database
from steelyard.sql.mysql_facts import Version

NEEDED = ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "INDEX", "REFERENCES")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SKEW_WARN_S, _SKEW_FAIL_S = 5.0, 300.0
_ADVISED = (8, 0, 32)


async def look_at_mysql(address: MysqlAddress, database: Database, processes: int, pool: int) -> AsyncIterator[Finding]:
    """Yield what is found; nothing more after a fault that keeps us from asking."""
    try:
        async with database.engine.connect() as conn:
            yield ok("mysql.reach", f"{address.host}:{address.port}, database {address.database}")
            async for finding in _ask(address, conn, processes * pool):
                yield finding
    except (DBAPIError, OSError) as error:
        yield explain(address, error)


async def _ask(address: MysqlAddress, conn: AsyncConnection, connections: int) -> AsyncIterator[Finding]:
    found = await mysql_facts.version(conn)
    yield look_at_version(found)
    yield look_at_encryption(address, await mysql_facts.cipher(conn))
    yield _look_at_charset(address, *await mysql_facts.charset(conn))
    yield look_at_grants(address, await mysql_facts.grants(conn))
    schema = await look_at_schema(conn)
    yield schema
    yield await _look_at_scratch(address, conn)
    for finding in look_at_variables(await mysql_facts.variables(conn, NAMES), connections):
        yield finding
    yield _look_at_clock((await mysql_facts.clock(conn) - utc_now()).total_seconds())


def look_at_version(found: Version) -> Finding:
    id_, wanted = "mysql.version", "MySQL 8.4, or 8.0.32 and newer"
    if found.kind == "MariaDB":
        return warn(id_, str(found), wanted, "MariaDB mostly works and is not tested with every release: use MySQL")
    if found.is_too_old:
        return fail(id_, str(found), wanted, "upgrade the database server; this release of it is not supported")
    if found.numbers < _ADVISED:
        return warn(id_, str(found), wanted, "upgrade the database server when it suits you")
    if found.numbers[:2] == (8, 0):
        return info(id_, str(found), wanted, "8.0 has had no updates since April 2026: plan the way to 8.4")
    return ok(id_, str(found))


def look_at_encryption(address: MysqlAddress, cipher: str) -> Finding:
    if not cipher and address.host not in _LOOPBACK and not address.unix_socket:
        fix = "add ?tls=true to the database URL, with &ssl-ca=FILE for an authority of your own"
        return warn(
            "mysql.encryption", "the connection is not encrypted", "encryption, the server may be far away", fix
        )
    if cipher and address.tls in {Tls.PREFERRED, Tls.UNVERIFIED}:
        fix = "tls=true, or tls=custom&ssl-ca=FILE, checks who the server is"
        return info("mysql.encryption", f"{cipher}, whoever the server is", "a certificate that is checked", fix)
    return ok("mysql.encryption", cipher or "none, on this machine")


def _look_at_charset(address: MysqlAddress, charset: str, collation: str) -> Finding:
    seen = f"{charset}, {collation}"
    if charset == "utf8mb4":
        return ok("mysql.charset", seen)
    fix = (
        f"ALTER DATABASE `{address.database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci, before the first start"
    )
    return fail("mysql.charset", seen, "utf8mb4: names and notes of users have every character", fix)


def look_at_grants(address: MysqlAddress, lines: Sequence[str]) -> Finding:
    held, has_roles = _privileges(lines, address.database)
    missing = [] if "ALL PRIVILEGES" in held else [name for name in NEEDED if name not in held]
    if not missing:
        return ok("mysql.grants", "all that is needed")
    if has_roles:
        return info("mysql.grants", "privileges come by roles, which are not read; see mysql.scratch_table")
    return fail(
        "mysql.grants",
        f"not granted on `{address.database}`: {', '.join(missing)}",
        ", ".join(NEEDED),
        f"GRANT {', '.join(NEEDED)} ON `{address.database}`.* TO '{address.username}'@'%'",
    )


def _privileges(lines: Sequence[str], database: str) -> tuple[set[str], bool]:
    """Return what is granted on the whole of `database`, and whether there are roles."""
    held: set[str] = set()
    has_roles = False
    for line in lines:
        found = re.match(r"GRANT (.+?) ON (\S+)\.\* TO ", line)
        if found is None:
            has_roles = has_roles or re.match(r"GRANT [`'].*[`'] TO ", line) is not None
            continue
        pattern = re.escape(found[2].strip("`")).replace(r"\\_", "_").replace(r"\\%", "%").replace("%", ".*")
        if found[2] == "*" or re.fullmatch(pattern, database):
            held |= {name.strip() for name in found[1].split(",")}
    return held, has_roles


async def _look_at_scratch(address: MysqlAddress, conn: AsyncConnection) -> Finding:
    privilege, why = await mysql_facts.try_scratch_table(conn, f"steelyard_doctor_{token_hex(6)}")
    if not privilege:
        return ok("mysql.scratch_table", "made, changed, filled and dropped")
    fix = f"GRANT {', '.join(NEEDED)} ON `{address.database}`.* TO '{address.username}'@'%'"
    return fail(
        "mysql.scratch_table", f"{privilege} is refused: {why}", "a table can be made, changed and dropped", fix
    )


def _look_at_clock(ahead_s: float) -> Finding:
    seen = f"the database is {abs(ahead_s):.1f} s {'ahead' if ahead_s > 0 else 'behind'}"
    wanted, fix = (
        "clocks within 5 s of each other",
        "synchronise the clocks of both machines (chrony, systemd-timesyncd)",
    )
    if abs(ahead_s) > _SKEW_FAIL_S:
        return fail("mysql.clock", seen, wanted, fix)
    return warn("mysql.clock", seen, wanted, fix) if abs(ahead_s) > _SKEW_WARN_S else ok("mysql.clock", seen)


def explain(address: MysqlAddress, error: DBAPIError | OSError) -> Finding:
    """Say what a refused connection means. The codes are those of MySQL, and of its drivers for the network."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code, said = (cause.args[0] if cause and cause.args else 0), _words(cause)
    place, user = f"{address.host}:{address.port}", f"'{address.username}'@'%'"
    if code == 1045:
        fix = "user and password of the database setting; special characters of a URL are percent-encoded"
        return fail("mysql.login", said, f"an account {address.username} with the password given", fix)
    if code in {1044, 1049}:
        fix = (
            f"CREATE DATABASE `{address.database}` CHARACTER SET utf8mb4;"
            f" GRANT {', '.join(NEEDED)} ON `{address.database}`.* TO {user}"
        )
        return fail("mysql.database", said, f"the database {address.database}, open to {address.username}", fix)
    if code == 1040:
        return fail("mysql.max_connections", said, "a connection for each that our pools open", "raise max_connections")
    if re.search(r"certificate|SSL|TLS|hostname", said, re.IGNORECASE):
        fix = "ssl-ca= in the database URL names the authority's file; tls=custom if the certificate has another name"
        return fail("mysql.encryption", said, "a certificate that can be checked", fix)
    fix = "host and port of the database setting; is the server up, and does a firewall let us through?"
    return fail("mysql.reach", said, f"a MySQL server at {place}", fix)


def _words(cause: BaseException | None) -> str:
    """Return the innermost words of a failure: drivers put theirs around those of the system."""
    seen = [str(cause.args[-1]) if cause.args else type(cause).__name__] if cause else []
    while cause is not None and (cause.__cause__ or cause.__context__):
        cause = cause.__cause__ or cause.__context__
        seen.append(str(cause))
    return next((text for text in seen if "certificate" in text.lower()), seen[0] if seen else "no answer")
