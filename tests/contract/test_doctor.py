"""`steelyard doctor` on real services: all is well where it is, and each broken setting is named with what mends it."""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from steelyard.adapters.objects.open import open_store
from steelyard.config.sources import load
from steelyard.doctor import cors
from steelyard.doctor.examination import examine
from steelyard.doctor.findings import Finding, Level
from tests.contract.broken_settings import MYSQL_BROKEN, SQLITE_BROKEN, Broken
from tests.contract.doctor_world import Env, World
from tests.faults.streaming import WITH_ACCOUNT, Streamed, wire_to
from tests.harness.engines import MYSQL_S3, SQLITE, Engine
from tests.harness.server import Server
from tests.services.mysql import PASSWORD, connect
from tests.services.s3 import KEY, REGION, SECRET
from tests.services.signed import signed_request

FILES = """query Files($e: String!, $p: String!) { project(entityName: $e, name: $p) { run(name: "run") {
  files(first: 1) { edges { node { name sizeBytes } } } } } }"""
# What a server has none of that only one file was sent to.
EMPTY = ("history", "content", "manifests")


@pytest.fixture(scope="module")
def world(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as stack:
        base = stack.enter_context(engine.fresh())
        yield World(engine, tmp_path_factory.mktemp("doctor"), base, stack)


async def look(env: Env, *areas: str) -> list[Finding]:
    return [finding async for finding in examine({}, env, areas)]


async def find(broken: Broken, world: World) -> None:
    env = {"STEELYARD_DATA_DIR": str(world.folder / "absent")} | world.base | broken.settings(world)
    found = await look(env, broken.area)
    named = [item for item in found if re.fullmatch(broken.id, item.id) and item.level is broken.level]
    assert named, "\n".join(item.as_text() for item in found)
    assert any(re.search(broken.seen, item.seen) and re.search(broken.fix, item.fix) for item in named), named
    for secret in (SECRET, PASSWORD):
        assert not [item for item in found if secret in item.as_text()], "a secret is shown"


@pytest.fixture(autouse=True)
def trust(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))


@pytest.mark.parametrize("case", MYSQL_BROKEN)
async def test_a_broken_setting_of_database_or_bucket_is_named_with_its_fix(case: str, world: World) -> None:
    if world.engine.name != MYSQL_S3:
        pytest.skip("is about MySQL and S3")
    await find(MYSQL_BROKEN[case], world)


@pytest.mark.parametrize("case", SQLITE_BROKEN)
async def test_a_broken_setting_is_named_with_its_fix(case: str, world: World) -> None:
    if world.engine.name != SQLITE:
        pytest.skip("is not about MySQL and S3")
    await find(SQLITE_BROKEN[case], world)


async def test_where_encryption_is_only_preferred_a_server_without_it_is_reached_plainly(world: World) -> None:
    if world.engine.name != MYSQL_S3:
        pytest.skip("asks MySQL")
    found = await look({"MYSQL": world.own_mysql()["MYSQL"] + "?tls=preferred"}, "database")
    assert [item.level for item in found if item.id in {"mysql.reach", "mysql.encryption"}] == [Level.OK, Level.OK]


async def test_an_authority_that_is_not_trusted_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if world.engine.name != SQLITE:
        pytest.skip("is not about MySQL and S3")
    env = world.behind("nginx", STEELYARD_SERVER_TRUSTED_PROXIES="10.9.9.9")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    (found,) = [item for item in await look(env, "address") if item.level is Level.FAIL]
    assert found.id == "address.certificate"
    assert "STEELYARD_SERVER_AUTHORITIES" in found.fix


def test_all_is_well_where_it_is(world: World, authority: Path) -> None:
    """The whole of it by the command: a server behind a good proxy, with everything but the test database's haste."""
    env = world.behind("nginx", BUCKET_PROXY="true") | {"SSL_CERT_FILE": str(authority)}
    server = Server(Path(env["STEELYARD_DATA_DIR"]), env)
    done = server.try_command("doctor", "--json")
    document = json.loads(done.stdout)
    hasty = {"mysql.innodb_flush_log_at_trx_commit", "mysql.sync_binlog"} if world.engine.name == MYSQL_S3 else set()
    wrong = [item for item in document["findings"] if item["level"] in {"warn", "fail"} and item["id"] not in hasty]
    assert not wrong
    assert (done.returncode, document["exit_code"]) == ((1, 1) if hasty else (0, 0))
    told = {item["id"] for item in document["findings"]}
    assert {"address.forwarded", "address.body", "address.request_buffering", "address.buffering"} <= told
    assert {"address.certificate", "address.host", "address.reach", "mail.server", "settings"} <= told
    text = server.try_command("doctor", "--only", "settings", "--only", "mail")
    assert text.returncode == 0
    assert "0 failed, 0 to look at, 1 well" in text.stdout


async def test_a_row_whose_object_is_gone_is_told_by_the_command(world: World) -> None:
    env = world.base | WITH_ACCOUNT
    server = Server(world.folder / "consistent" / "data", env)
    world.stack.callback(server.stop)
    run = Streamed(wire_to(server.start()), "run").start()
    assert run.upload("model.bin", b"x") == 200
    run.wire.data(FILES, e=run.wire.entity, p=run.wire.project)  # who asks for it makes the server look for it
    server.stop()
    assert told_by(server, "--consistency") == (0, {"files": "ok", **dict.fromkeys(EMPTY, "info")})

    settings = load({"data_dir": server.data_dir}, env).settings
    store = open_store(settings.objects, settings.data_dir, "")
    for key in [item.key async for item in store.list("runs/")]:
        await store.delete(key)
    await store.close()
    missing = {"files": "fail", **dict.fromkeys(EMPTY, "info")}
    assert told_by(server, "--consistency") == told_by(server, "--only", "consistency") == (2, missing)


def told_by(server: Server, *options: str) -> tuple[int, dict[str, str]]:
    done = server.try_command("doctor", *options, "--json")
    levels = {item["id"].removeprefix("consistency."): item["level"] for item in json.loads(done.stdout)["findings"]}
    return done.returncode, levels


def test_a_bucket_alone_is_checked_and_its_rule_printed(world: World) -> None:
    if world.engine.name != MYSQL_S3:
        pytest.skip("asks S3")
    teams = world.team_bucket("lab", f"s3://{KEY}:{SECRET}@{{place}}/{{bucket}}/{secrets.token_hex(4)}")
    server = Server(world.folder / "bucket-alone" / "data", teams)
    done = server.try_command("doctor", "bucket", world.base["BUCKET"], "--origin", "http://app.example.org", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 0, document
    told = [item["id"] for item in document["findings"]]
    assert told == [
        *("bucket.url", "bucket.reach", "bucket.list", "bucket.write", "bucket.read", "bucket.ranges", "bucket.names"),
        *("bucket.delete", "bucket.signature", "bucket.expiry", "bucket.parts", "bucket.cors"),
        *("bucket.versioning", "bucket.encryption"),
    ]
    (rule,) = document["cors"]["json"]["CORSRules"]
    assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == (["http://app.example.org"], ["GET", "HEAD", "PUT"])
    assert "ETag" in rule["ExposeHeaders"]
    assert "<AllowedOrigin>http://app.example.org</AllowedOrigin>" in document["cors"]["xml"]
    of_team = server.try_command("doctor", "bucket", "lab", "--json")
    assert [item["id"] for item in json.loads(of_team.stdout)["findings"]] == told
    assert "no bucket for teams called 'other'" in server.try_command("doctor", "bucket", "other").stderr


async def test_the_printed_rule_is_one_that_the_bucket_takes_and_that_suffices(world: World) -> None:
    if world.engine.name != MYSQL_S3:
        pytest.skip("asks S3")
    name, reach, origin = f"rule-{secrets.token_hex(4)}", world.engine.reach["s3"], "http://app.example.org"
    url = f"{reach['endpoint']}/{name}"
    assert signed_request("PUT", url, KEY, SECRET, REGION) == 200
    assert signed_request("PUT", f"{url}?cors=", KEY, SECRET, REGION, cors.as_xml(origin).encode()) == 200
    bucket = f"s3://{KEY}:{SECRET}@{reach['host']}:{reach['port']}/{name}"
    found = await look({"BUCKET": bucket, "HOST": origin}, "objects")
    assert [item.level for item in found if item.id == "bucket.cors"] == [Level.OK]


def test_the_rule_is_put_on_the_bucket_beside_the_others(world: World) -> None:
    if world.engine.name != MYSQL_S3:
        pytest.skip("asks S3")
    place = world.bucket_with_rule("GET")["BUCKET"]
    server = Server(world.folder / "set-cors" / "data", {})

    def told(origin: str, *options: str) -> dict[str, tuple[str, str]]:
        done = server.try_command("doctor", "bucket", place, "--origin", origin, *options, "--json")
        return {item["id"]: (item["level"], item["seen"]) for item in json.loads(done.stdout)["findings"]}

    first, second = "http://first.example.org", "http://second.example.org"
    assert told(first)["bucket.cors"][0] == "fail"
    for origin, seen in ((first, "beside 1 others"), (second, "beside 2 others"), (first, "it was there")):
        after = told(origin, "--set-cors")
        assert (after["bucket.cors_rule"][0], after["bucket.cors"][0]) == ("ok", "ok")
        assert seen in after["bucket.cors_rule"][1]
    assert told(second)["bucket.cors"][0] == "ok"


def test_a_server_does_not_start_on_tables_of_another_program(world: World) -> None:
    if world.engine.name != MYSQL_S3:
        pytest.skip("asks MySQL")
    env = world.base | world.database("CREATE TABLE {name}.runs (id INT)")
    done = Server(world.folder / "foreign" / "data", env).try_command("migrate")
    assert done.returncode == 1
    assert "1 tables that are not ours, such as runs; nothing was changed" in done.stderr
    port, name = world.engine.reach["mysql"]["port"], env["MYSQL"].rpartition("/")[2]
    with connect(port) as connection, connection.cursor() as cursor:
        cursor.execute(f"SHOW TABLES IN {name}")
        assert cursor.fetchall() == (("runs",),)


async def test_probes_are_for_those_who_know_the_secret_of_the_server(world: World) -> None:
    host = world.behind("nginx", BUCKET_PROXY="true")["HOST"]
    async with httpx.AsyncClient() as client:
        for query in ("", "?signature=x", "?method=POST&expires=9999999999&signature=x"):
            assert (await client.post(f"{host}/probe/echo{query}", content=b"x")).status_code == 403
            assert (await client.get(f"{host}/probe/stream{query}")).status_code == 403
