"""How database URLs are read, and what their words about encryption mean."""

import ssl
from pathlib import Path

import pytest

from steelyard.config.mysql_url import MysqlAddress, Tls, parse_mysql_url
from steelyard.config.places import mysql_of
from steelyard.config.sources import load
from steelyard.kernel.errors import Invalid
from steelyard.sql.mysql import tls_context


def address(**more: object) -> MysqlAddress:
    given = {"host": "db", "port": 3306, "username": "u", "password": "p", "database": "name"}
    return MysqlAddress(**given | more)  # type: ignore[arg-type]


CASES = {
    "mysql://u:p@db/name": address(),
    "mysql://u:p@db:3307/name/": address(port=3307),
    "mysql+pymysql://u:p@db/name?charset=utf8mb4&parseTime=true": address(),
    "mysql+asyncmy://u:p@db/name": address(),
    "mysql://u:p@[fd00::1]:3307/name": address(host="fd00::1", port=3307),
    "mysql://u:p@/name?unix_socket=/run/mysqld.sock": address(host="localhost", unix_socket="/run/mysqld.sock"),
    # secrets, encoded and raw
    "mysql://u%40x:p%2Fw%3A%23%25@db/name": address(username="u@x", password="p/w:#%"),
    "mysql://u:a/b@c#d:100%z@db/name": address(password="a/b@c#d:100%z"),
    "mysql://u:%FF%FE@db/name": address(password="%FF%FE"),
    "mysql://u@db/name": address(password=""),
    "mysql://db/name": address(username="", password=""),
    # encryption
    "mysql://u:p@db/name?tls=true": address(tls=Tls.VERIFIED),
    "mysql://u:p@db/name?tls=false": address(tls=Tls.OFF),
    "mysql://u:p@db/name?tls=preferred": address(tls=Tls.PREFERRED),
    "mysql://u:p@db/name?tls=skip-verify": address(tls=Tls.UNVERIFIED),
    "mysql://u:p@db/name?tls=custom&ssl-ca=/ca.pem": address(tls=Tls.AUTHORITY, ca="/ca.pem"),
    "mysql://u:p@db/name?tls=preferred&ssl-ca=/ca.pem": address(tls=Tls.AUTHORITY, ca="/ca.pem"),
    "mysql://u:p@db/name?ssl_ca=/ca.pem": address(tls=Tls.AUTHORITY, ca="/ca.pem"),
    "mysql://u:p@db/name?tls=true&ssl-ca=/a&ssl-cert=/b&ssl-key=/c": address(
        tls=Tls.VERIFIED, ca="/a", certificate="/b", key="/c"
    ),
}


@pytest.mark.parametrize("url", CASES)
def test_a_url_is_read_as(url: str) -> None:
    assert parse_mysql_url(url) == CASES[url]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgres://u:secret@db/name", "must look like mysql://"),
        ("u:secret@db/name", "must look like mysql://"),
        ("mysql://u:secret@db", "names no database"),
        ("mysql://u:secret@db:99999/name", "host and port"),
        ("mysql://u:secret@db:port/name", "host and port"),
        ("mysql://u:secret@db/name?tls=yes", "one of true, 1, false"),
        ("mysql://u:secret@db/name?tls=custom", "needs ssl-ca"),
        ("mysql-replica://u:secret@db/name", "takes no writes"),
        ("cloudsql://u:secret@project:region:instance/name", "Cloud SQL Auth Proxy"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(url: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as told:
        parse_mysql_url(url)
    assert "secret" not in told.value.message


def test_the_parts_of_the_chart_are_taken_where_there_is_no_url() -> None:
    parts = {
        "MYSQL_HOST": "db",
        "MYSQL_PORT": "3307",
        "MYSQL_USER": "u",
        "MYSQL_PASSWORD": "p%2Fw",
        "MYSQL_DATABASE": "wandb_local",
    }
    found = mysql_of(load({}, parts).settings.database)
    assert found == address(port=3307, password="p/w", database="wandb_local", tls=Tls.PREFERRED)
    verified = mysql_of(load({}, parts | {"MYSQL_CA_CERT_PATH": "/etc/ssl/certs/mysql_ca.pem"}).settings.database)
    assert verified is not None
    assert (verified.tls, verified.ca) == (Tls.AUTHORITY, "/etc/ssl/certs/mysql_ca.pem")
    assert mysql_of(load({}, parts | {"MYSQL": "mysql://u:p@db/name"}).settings.database) == address()
    assert mysql_of(load({}, {}).settings.database) is None


def test_a_service_of_kubernetes_named_mysql_is_not_taken_for_settings() -> None:
    loaded = load({}, {"MYSQL_PORT": "tcp://10.0.0.1:3306", "MYSQL_SERVICE_HOST": "10.0.0.1"})
    assert mysql_of(loaded.settings.database) is None
    assert [note.names for note in loaded.notes] == [("MYSQL_PORT",)]


@pytest.mark.parametrize(
    ("tls", "verifies", "compares"),
    [
        (Tls.PREFERRED, ssl.CERT_NONE, False),
        (Tls.UNVERIFIED, ssl.CERT_NONE, False),
        (Tls.AUTHORITY, ssl.CERT_REQUIRED, False),
        (Tls.VERIFIED, ssl.CERT_REQUIRED, True),
    ],
)
def test_what_is_asked_of_the_certificate(tls: Tls, verifies: ssl.VerifyMode, compares: bool) -> None:
    context = tls_context(address(tls=tls))
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (verifies, compares)
    assert tls_context(address()) is None


def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=f"ssl-ca {tmp_path}/absent.pem"):
        tls_context(address(tls=Tls.AUTHORITY, ca=str(tmp_path / "absent.pem")))
