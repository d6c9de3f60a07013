"""A folder of certificates of one's own is trusted by every command, for whatever it reaches by TLS."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.harness.engines import MYSQL_S3, Engine
from tests.harness.forger import open_forger
from tests.harness.server import Server
from tests.services.proxy import proxy
from tests.services.tls import ensure_certificates


@pytest.fixture
def authorities(tmp_path: Path, authority: Path) -> Path:
    folder = tmp_path / "authorities"
    folder.mkdir()
    (folder / "company.crt").write_bytes(authority.read_bytes())
    return folder


def test_the_public_address_is_checked_with_them(server: Server, authorities: Path) -> None:
    with proxy("nginx", [server.port]) as address:
        looked = {}
        for folder in ("", str(authorities)):
            env = {"HOST": address, "STEELYARD_SERVER_AUTHORITIES": folder}
            done = Server(server.data_dir, server.env | env).try_command("doctor", "--only", "address", "--json")
            looked[folder] = {item["id"]: item["level"] for item in json.loads(done.stdout)["findings"]}
    assert looked[""]["address.certificate"] == "fail"
    assert looked[str(authorities)]["address.certificate"] == "ok"
    assert looked[str(authorities)]["address.body"] == "ok"


def test_a_bucket_is_reached_with_them(
    engine: Engine, start_server: Callable[..., Server], authorities: Path, tmp_path: Path
) -> None:
    if engine.name != MYSQL_S3:
        pytest.skip("is about a bucket")
    reach = engine.reach["s3"]
    with engine.fresh() as settings, proxy("nginx", [int(reach["port"])]) as address:
        bucket = settings["BUCKET"].replace(f"{reach['host']}:{reach['port']}", address.removeprefix("https://"))
        env = {"BUCKET": bucket.replace("tls=false", "tls=true"), "STEELYARD_SERVER_AUTHORITIES": str(authorities)}
        server = start_server(**env)
        assert httpx.get(f"{server.url}/ready", trust_env=False).status_code == 200
        done = Server(tmp_path / "data", env).try_command("doctor", "bucket", "--origin", "http://app.example.org")
        assert done.returncode == 0, done.stdout


def test_an_identity_provider_is_asked_with_them(start_server: Callable[..., Server], authorities: Path) -> None:
    """By those who sign in, and by those who bring a token; without them, both are told that it cannot be reached."""
    with open_forger(ensure_certificates()) as forger:
        forger.answers["/token"] = (400, b'{"error": "invalid_grant"}')
        strangers = start_server(**forger.settings)
        server = start_server(**forger.settings, STEELYARD_SERVER_AUTHORITIES=str(authorities))
        found = {}
        for one in (strangers, server):
            person = one.create_user()
            one.run_command("federation", "add", forger.issuer, "--by-email")
            now = int(time.time())
            claims = {"iss": forger.issuer, "aud": "wandb", "sub": person.email, "iat": now, "exp": now + 300}
            form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": forger.sign(claims)}
            with httpx.Client(base_url=one.url, trust_env=False) as http:
                statuses = http.get("/oidc/login").status_code, http.post("/oidc/token", data=form).status_code
            looked = json.loads(one.try_command("doctor", "--only", "sso", "--json").stdout)["findings"]
            found[one.port] = (*statuses, {item["id"]: item["level"] for item in looked}["sso.provider"])
    assert found == {strangers.port: (503, 503, "fail"), server.port: (303, 200, "ok")}


def test_a_file_that_is_none_ends_the_start_with_its_name(server: Server, authorities: Path) -> None:
    (authorities / "broken.crt").write_text("nothing")
    told = Server(server.data_dir, server.env | {"STEELYARD_SERVER_AUTHORITIES": str(authorities)})
    done = told.try_command("worker")
    assert done.returncode == 1
    assert "STEELYARD_SERVER_AUTHORITIES: " in done.stderr
    assert "broken.crt holds no certificate" in done.stderr
    assert "Traceback" not in done.stderr
