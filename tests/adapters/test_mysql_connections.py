"""How connections to a real MySQL server are encrypted, and that every form of its address leads to it."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from steelyard.config.places import mysql_of
from steelyard.config.sources import load
from steelyard.sql.engine import open_database
from tests.harness.engines import MYSQL_S3, Engine
from tests.services.mysql import MySql, connect

ACCOUNT, PASSWORD = "steelyard%odd", "p@ss/w:rd#%+"


@pytest.fixture
def url(engine: Engine) -> Iterator[str]:
    if engine.name != MYSQL_S3:
        pytest.skip("asks MySQL")
    with engine.fresh() as settings:
        yield settings["MYSQL"]


async def cipher(env: dict[str, str]) -> str:
    """What encrypts a connection; empty for nothing."""
    database = open_database(mysql_of(load({}, env).settings.database), Path(), 1)
    try:
        async with database.read() as conn:
            return str((await conn.execute(text("SHOW SESSION STATUS LIKE 'Ssl_cipher'"))).one()[1])
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("option", "is_encrypted"),
    [("", False), ("tls=false", False), ("tls=preferred", True), ("tls=skip-verify", True)],
)
async def test_a_connection_is_as_the_url_says(url: str, option: str, is_encrypted: bool) -> None:
    assert bool(await cipher({"MYSQL": f"{url}?{option}"})) is is_encrypted


async def test_the_servers_own_authority_is_enough_whatever_name_is_in_its_certificate(url: str) -> None:
    authority = MySql().folder / "data" / "ca.pem"
    assert await cipher({"MYSQL": f"{url}?tls=custom&ssl-ca={authority}"})
    assert await cipher({"MYSQL": f"{url}?tls=preferred&ssl-ca={authority}"})
    with pytest.raises(DBAPIError, match=r"certificate|2003"):
        await cipher({"MYSQL": f"{url}?tls=true&ssl-ca={authority}"})


async def test_a_certificate_of_another_authority_is_refused(url: str, authority: Path) -> None:
    for mode in ("custom", "true", "preferred"):
        with pytest.raises(DBAPIError, match=r"certificate|2003"):
            await cipher({"MYSQL": f"{url}?tls={mode}&ssl-ca={authority}"})


async def test_odd_names_and_secrets_reach_the_server_by_url_and_by_parts(url: str, engine: Engine) -> None:
    port, name = engine.reach["mysql"]["port"], url.rpartition("/")[2]
    with connect(port) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY %s", (ACCOUNT, PASSWORD))
        cursor.execute(f"GRANT ALL ON `{name}`.* TO %s@'%%'", (ACCOUNT,))
    try:
        account = f"{quote(ACCOUNT, safe='')}:{quote(PASSWORD, safe='')}"
        assert await cipher({"MYSQL": f"mysql://{account}@127.0.0.1:{port}/{name}?tls=preferred"})
        parts = {"MYSQL_HOST": "127.0.0.1", "MYSQL_PORT": str(port), "MYSQL_DATABASE": name}
        assert await cipher(parts | {"MYSQL_USER": ACCOUNT, "MYSQL_PASSWORD": quote(PASSWORD, safe="")})
    finally:
        with connect(port) as connection, connection.cursor() as cursor:
            cursor.execute("DROP USER %s@'%%'", (ACCOUNT,))


async def test_an_update_tells_how_many_rows_it_found_also_where_it_changes_nothing(url: str) -> None:
    database = open_database(mysql_of(load({}, {"MYSQL": url}).settings.database), Path(), 1)
    try:
        async with database.write() as conn:
            await conn.execute(text("CREATE TEMPORARY TABLE counted (a INT)"))
            await conn.execute(text("INSERT INTO counted VALUES (1)"))
            assert (await conn.execute(text("UPDATE counted SET a = 1"))).rowcount == 1
    finally:
        await database.close()
