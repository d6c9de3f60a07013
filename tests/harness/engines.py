"""The two sets of database and object store that everything must work on."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.services import mysql, s3

SQLITE, MYSQL_S3 = "sqlite", "mysql_s3"
ENGINES = (SQLITE, MYSQL_S3)


@dataclass(frozen=True)
class Engine:
    """Where servers under test keep their data. `reach` says how the real services are reached, if any are used."""

    name: str
    reach: dict[str, dict[str, Any]] = field(default_factory=dict)

    @contextlib.contextmanager
    def fresh(self) -> Iterator[dict[str, str]]:
        """Yield the settings of an empty database and store that nobody else uses; the database is dropped after."""
        if self.name == SQLITE:
            yield {}
            return
        name = f"test_{secrets.token_hex(6)}"
        port = self.reach["mysql"]["port"]
        url = mysql.create_database(port, name)
        try:
            yield {"MYSQL": url, "BUCKET": s3.bucket_url(self.reach["s3"], name)}
        finally:
            mysql.drop_database(port, name)


@contextlib.contextmanager
def open_engine(name: str) -> Iterator[Engine]:
    """Yield the engine `name`, its services running for as long as any test session needs them."""
    if name == SQLITE:
        yield Engine(name)
        return
    database, store = mysql.MySql(), s3.S3()
    with contextlib.ExitStack() as stack:
        reach = {}
        for service in (database, store):
            reach[service.name] = service.acquire()
            stack.callback(service.release)
        yield Engine(name, reach)


def installed_engines() -> list[str]:
    """SQLite, and MySQL with S3 where their programs have been fetched."""
    both = mysql.MySql().is_installed() and s3.S3().is_installed()
    return list(ENGINES) if both else [SQLITE]
