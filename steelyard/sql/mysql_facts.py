"""What a MySQL server says of itself and of our account. Questions that need no privilege but the connection."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

# The oldest release that has all we ask (docs/operate/running.md, MySQL 8).
OLDEST = (8, 0, 28)
# What the server does with tables, by the privilege that it takes.
_SCRATCH = {
    "CREATE": "CREATE TABLE SCRATCH (id INT PRIMARY KEY) ENGINE=InnoDB",
    "ALTER": "ALTER TABLE SCRATCH ADD COLUMN word VARCHAR(20) CHARACTER SET utf8mb4",
    "INDEX": "CREATE INDEX word ON SCRATCH (word)",
    "INSERT": "INSERT INTO SCRATCH VALUES (1, '🧪')",
    "UPDATE": "UPDATE SCRATCH SET word = 'x' WHERE id = 1",
    "SELECT": "SELECT word FROM SCRATCH",
    "DELETE": "DELETE FROM SCRATCH",
    "DROP": "DROP TABLE SCRATCH",
}


@dataclass(frozen=True)
class Version:
    """`kind` is MySQL or MariaDB."""

    kind: str
    numbers: tuple[int, ...]
    text: str

    @property
    def is_too_old(self) -> bool:
        return self.kind == "MySQL" and self.numbers < OLDEST

    def __str__(self) -> str:
        return f"{self.kind} {self.text}"


def parse_version(said: str) -> Version:
    """Return what `SELECT VERSION()` means; forks answer with the number of MySQL that they imitate in front."""
    kind = "MariaDB" if "mariadb" in said.lower() else "MySQL"
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said.removeprefix("5.5.5-") if kind == "MariaDB" else said)
    return Version(kind, tuple(int(number) for number in found.groups()) if found else (0,), said)


async def version(conn: AsyncConnection) -> Version:
    return parse_version(str((await conn.execute(text("SELECT VERSION()"))).scalar()))


async def variables(conn: AsyncConnection, names: Iterable[str]) -> dict[str, str]:
    """Return the global variables of these names; one that this release does not have is absent."""
    statement = text("SHOW GLOBAL VARIABLES WHERE Variable_name IN :names").bindparams(
        bindparam("names", list(names), expanding=True)
    )
    return {str(name): str(value) for name, value in await conn.execute(statement)}


async def cipher(conn: AsyncConnection) -> str:
    """Return what encrypts this connection, empty for nothing."""
    found = (await conn.execute(text("SHOW SESSION STATUS LIKE 'Ssl_cipher'"))).first()
    return str(found[1]) if found else ""


async def grants(conn: AsyncConnection) -> list[str]:
    return [str(row[0]) for row in await conn.execute(text("SHOW GRANTS FOR CURRENT_USER()"))]


async def charset(conn: AsyncConnection) -> tuple[str, str]:
    """Return character set and collation of the current database."""
    statement = text(
        "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata"
        " WHERE schema_name = DATABASE()"
    )
    row = (await conn.execute(statement)).one()
    return str(row[0]), str(row[1])


async def clock(conn: AsyncConnection) -> datetime:
    found = (await conn.execute(text("SELECT UTC_TIMESTAMP(6)"))).scalar()
    assert isinstance(found, datetime), "the driver reads times"
    return found.replace(tzinfo=UTC)


async def try_scratch_table(conn: AsyncConnection, name: str) -> tuple[str, str]:
    """Make, change, fill and drop a table; return the first statement that is refused and why, or two empty texts.

    The table is dropped in any case where that is allowed.
    """
    refused = ("", "")
    for privilege, statement in _SCRATCH.items():
        try:
            await conn.exec_driver_sql(statement.replace("SCRATCH", f"`{name}`"))
        except Exception as error:  # noqa: BLE001 - whatever the server refuses is what was asked
            refused = privilege, str(getattr(error, "orig", error))
            break
    if refused[0] and refused[0] not in {"CREATE", "DROP"}:
        await conn.exec_driver_sql(_SCRATCH["DROP"].replace("SCRATCH", f"`{name}`"))
    return refused
