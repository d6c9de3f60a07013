"""Keys that a machine lends, by every way that AWS has, and the address and name that signed URLs carry.

Those who lend are played here; the bucket is a real one, which checks every signature.
"""

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from steelyard.adapters.objects.account import BucketAccount
from steelyard.adapters.objects.open import bucket_origins, open_store
from steelyard.adapters.objects.s3 import S3Objects, S3Options
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.config.bucket_url import Bucket, parse_bucket_url
from steelyard.config.groups.places import ObjectSettings
from steelyard.kernel.errors import Denied, Unavailable
from steelyard.ports.objects import PART_BYTES_MIN, Grant, PartAddress
from tests.harness.engines import SQLITE, Engine
from tests.harness.environment import clean_environment
from tests.harness.objects import ORIGIN, check_own, chunks, is_own, whole
from tests.harness.server import ROOT
from tests.services import s3
from tests.services.places import free_port
from tests.services.proxy import proxy
from tests.services.tls import ensure_certificates

ADA = Grant(ORIGIN, 60, "ada l.")
NOWHERE = Bucket("b", "", "", "eu-central-1", "", "", path_style=False)
# As long as EC2 gives them.
ENDS = (datetime.now(UTC) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Lender(BaseHTTPRequestHandler):
    """The services of AWS that lend keys, on one port: ECS, EKS, EC2."""

    keys: ClassVar[dict[str, str]] = {}
    asked: ClassVar[list[tuple[str, str, str]]] = []

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        shown = self.headers.get("Authorization") or self.headers.get("X-aws-ec2-metadata-token") or ""
        self.asked.append((self.command, self.path, shown or body))
        text = self._answer_to(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def _answer_to(self, path: str) -> str:
        access, secret, token = self.keys["access"], self.keys["secret"], self.keys["token"]
        if path.endswith("/api/token"):
            return "a session"
        if path.endswith("/security-credentials/"):
            return "a-role"
        if path == "/":
            return (
                f"<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{access}"
                f"</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>"
                f"<Expiration>{ENDS}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
                "</AssumeRoleWithWebIdentityResponse>"
            )
        told = {"AccessKeyId": access, "SecretAccessKey": secret, "Token": token, "Expiration": ENDS}
        return json.dumps({"Code": "Success", **told})

    do_GET = do_PUT = do_POST = answer  # noqa: N815 - the names are the base class's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
        """Nobody reads it."""


@pytest.fixture
def lender(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The address of the lender; nothing else lends, whatever the machine has."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    Lender.keys, Lender.asked = {"access": "lent", "secret": "lent secret", "token": "a token"}, []
    with ThreadingHTTPServer(("127.0.0.1", 0), Lender) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def env_of_environment(_lender: str, _file: Path) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": "lent", "AWS_SECRET_ACCESS_KEY": "lent secret", "AWS_SESSION_TOKEN": "a token"}


def env_of_container(lender: str, file: Path) -> dict[str, str]:
    return {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{lender}/task",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file),
    }


def env_of_web_identity(lender: str, file: Path) -> dict[str, str]:
    role = {"AWS_ROLE_ARN": "arn:aws:iam::1:role/steelyard", "AWS_WEB_IDENTITY_TOKEN_FILE": str(file)}
    return role | {"AWS_ENDPOINT_URL_STS": lender}


def env_of_machine(lender: str, _file: Path) -> dict[str, str]:
    return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": lender}


@pytest.mark.parametrize("env", [env_of_environment, env_of_container, env_of_web_identity, env_of_machine])
async def test_keys_are_lent(
    lender: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, env: Callable[[str, Path], dict[str, str]]
) -> None:
    shown = tmp_path / "token"
    shown.write_text("who I am")
    for name, value in env(lender, shown).items():
        monkeypatch.setenv(name, value)
    account = BucketAccount(NOWHERE)
    found = await account.credentials()
    assert (found.key, found.secret, found.token) == ("lent", "lent secret", "a token")
    if Lender.asked:
        assert "who" in Lender.asked[-1][2] or Lender.asked[-1][2] == "a session"
    asked = len(Lender.asked)
    assert await account.credentials() == found
    assert account.lend()["secret_access_key"] == "lent secret"
    assert len(Lender.asked) == asked, "they are remembered"


async def test_a_machine_that_lends_nothing_is_told_of(lender: str, monkeypatch: pytest.MonkeyPatch) -> None:
    del lender
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unavailable, match="lends none"):
        await BucketAccount(NOWHERE).credentials()
    bucket = S3Objects(replace(NOWHERE, endpoint=f"http://127.0.0.1:{free_port()}"), UrlSigner("a secret"))
    for asking in (bucket.stat("key"), bucket.sign_put("key", ADA), bucket.start_parts("key")):
        with pytest.raises(Unavailable):
            await asking
    await bucket.close()


@pytest.fixture
def reach(engine: Engine) -> dict[str, str]:
    if engine.name == SQLITE:
        pytest.skip("a folder has no account")
    return engine.reach["s3"]


@asynccontextmanager
async def opened(engine: Engine, **given: Any) -> AsyncIterator[S3Objects]:
    with engine.fresh() as settings:
        store = open_store(ObjectSettings(**{"bucket": settings["BUCKET"], **given}), Path("unused"), "a secret")
        assert isinstance(store.main, S3Objects)
        yield store
        await store.close()


async def test_lent_keys_open_the_bucket(
    lender: str, reach: dict[str, str], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    Lender.keys = {"access": reach["key"], "secret": reach["secret"], "token": ""}
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{lender}/task")
    with engine.fresh() as settings:
        bucket = settings["BUCKET"].replace(f"{reach['key']}:{reach['secret']}@", "")
    async with opened(engine, bucket=bucket) as store:
        await store.put("key", chunks(b"written"))
        assert await whole(store, "key") == b"written"
        await check_urls(store)


async def check_urls(store: S3Objects, trusted: str | None = None) -> None:
    """Write and read an object, as one and in parts, by signed URLs."""
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=trusted)) as client:
        write = await store.sign_put("other", ADA)
        assert (await client.put(write.url, content=b"x", headers=dict(write.headers))).status_code == 200
        read = await store.sign_get("other", ADA, filename="k", content_type="text/plain")
        assert (await client.get(read.url)).content == b"x"
        listed, upload_id = [], await store.start_parts("parts")
        for number, body in enumerate((bytes(PART_BYTES_MIN), b"end"), 1):
            part = await store.sign_part(PartAddress("parts", upload_id, number), ADA)
            answer = await client.put(part.url, content=body, headers=dict(part.headers))
            assert answer.status_code == 200, answer.text
            listed.append((number, answer.headers["etag"]))
    assert (await store.complete_parts("parts", upload_id, listed)).size_bytes == PART_BYTES_MIN + 3


async def test_who_asked_stands_in_the_url_and_cannot_be_changed(engine: Engine, tmp_path: Path) -> None:
    with engine.fresh() as settings:
        store = open_store(ObjectSettings(bucket=settings.get("BUCKET", "")), tmp_path, "a secret")
        await store.put("key", chunks(b"x"))
        read = await store.sign_get("key", ADA, filename="k", content_type="text/plain")
        assert parse_qs(urlsplit(read.url).query)["X-User"] == ["ada l."]
        another = read.url.replace("ada", "eve")
        unnamed = await store.sign_get("key", replace(ADA, requester=""), filename="k", content_type="text/plain")
        assert "X-User" not in unnamed.url
        if is_own(store):
            check_own(store, "GET", read.url)
            with pytest.raises(Denied):
                check_own(store, "GET", another)
        else:
            async with httpx.AsyncClient() as client:
                assert (await client.get(read.url)).content == b"x"
                assert (await client.get(another)).status_code == 403
        await store.close()


async def test_clients_reach_the_bucket_by_an_address_of_their_own(reach: dict[str, str], engine: Engine) -> None:
    with proxy("nginx", [int(reach["port"])]) as public:
        async with opened(engine, public_endpoint=public) as store:
            write = await store.sign_put("key", ADA)
            assert write.url.startswith(f"{public}/{s3.BUCKET}/")
            await check_urls(store, str(ensure_certificates().authority))


# In a process of its own: certificates are loaded once.
PUT_AND_START = """
import asyncio, sys
from pathlib import Path
from steelyard.adapters.objects.open import open_store
from steelyard.config.groups.places import ObjectSettings
from tests.harness.environment import clean_environment
from tests.harness.objects import chunks, whole

async def main():
    store = open_store(ObjectSettings(bucket=sys.argv[1]), Path("unused"), "a secret")
    await store.put("key", chunks(b"written"))
    print(await whole(store, "key"), bool(await store.start_parts("key")))
    await store.close()

asyncio.run(main())
"""


def test_a_bucket_may_have_a_certificate_that_only_we_trust(reach: dict[str, str], engine: Engine) -> None:
    with engine.fresh() as settings, proxy("nginx", [int(reach["port"])]) as address:
        place = f"{reach['host']}:{reach['port']}"
        bucket = settings["BUCKET"].replace(place, address.removeprefix("https://")).replace("tls=false", "tls=true")
        done = subprocess.run(
            [sys.executable, "-c", PUT_AND_START, bucket],
            env=clean_environment(SSL_CERT_FILE=str(ensure_certificates().authority)),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.stdout == "b'written' True\n", done.stderr


def test_the_page_may_load_from_where_urls_lead() -> None:
    def origin(bucket: str, **given: Any) -> str:
        return bucket_origins(ObjectSettings(bucket=bucket, **given), Path("unused"))

    assert origin("s3://b") == "https://b.s3.us-east-1.amazonaws.com"
    assert origin("s3://k:s@minio:9000/b") == "http://minio:9000"
    assert origin("s3://k:s@minio:9000/b?forcePathStyle=false") == "http://b.minio:9000"
    assert origin("s3://k:s@minio:9000/b", public_endpoint="https://s3.example.org") == "https://s3.example.org"
    assert origin("s3://k:s@minio:9000/b", proxied=True) == ""


async def test_a_key_of_ones_own_encrypts_every_object() -> None:
    """The real bucket of these tests has no such keys: what is signed is looked at."""
    bucket = parse_bucket_url("s3://k:s@127.0.0.1:9/b", "us-east-1")
    store = S3Objects(bucket, UrlSigner("a secret"), S3Options(kms_key_id="arn:aws:kms:1"))
    write = await store.sign_put("key", ADA, md5=bytes(16))
    assert write.headers["x-amz-server-side-encryption-aws-kms-key-id"] == "arn:aws:kms:1"
    (names,) = parse_qs(urlsplit(write.url).query)["X-Amz-SignedHeaders"]
    encrypted = "x-amz-server-side-encryption;x-amz-server-side-encryption-aws-kms-key-id"
    assert names == f"content-md5;host;{encrypted}"
    part = await store.sign_part(PartAddress("key", "u", 1), ADA, md5=bytes(16))
    assert list(part.headers) == ["Content-MD5"]
