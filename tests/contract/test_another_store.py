"""The server on another object store than that of all other tests: addresses in the host's name, any region, KMS."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx
import pytest

from steelyard.adapters.objects.account import BucketAccount
from steelyard.adapters.objects.open import open_store
from steelyard.adapters.objects.s3 import S3Objects
from steelyard.adapters.objects.s3_calls import BucketCalls
from steelyard.adapters.objects.s3_versions import BucketVersions
from steelyard.adapters.objects.sigv4 import BucketSigner, Credentials, Signed
from steelyard.config.bucket_url import Bucket
from steelyard.config.groups.places import ObjectSettings
from steelyard.ports.objects import PART_BYTES_MIN, Grant, PartAddress
from tests.contract.runner import PROGRAMS
from tests.harness.client import Client
from tests.harness.engines import SQLITE, Engine
from tests.harness.environment import clean_environment
from tests.harness.objects import ORIGIN, chunks, whole
from tests.harness.server import ROOT, Server
from tests.services.moto import BUCKET, KEY, REGION, SECRET, moto

GRANT = Grant(ORIGIN, 60, "ada")
KMS = "arn:aws:kms:us-east1:123456789012:key/1"
ACCOUNT = f"{KEY}:{quote(SECRET, safe='')}"


@pytest.fixture(scope="module")
def port(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if engine.name != SQLITE:
        pytest.skip("the store is the same whatever the database is")
    with moto(tmp_path_factory.mktemp("moto")) as port:
        yield port


def url_of(port: int, prefix: str) -> str:
    return f"s3://{ACCOUNT}@127.0.0.1:{port}/{BUCKET}/{prefix}?region={REGION}"


def test_the_client_logs_and_reads_back(
    port: int, start_server: Callable[..., Server], client_of: Callable[..., Client]
) -> None:
    """Rows go to the store early, files and artifacts by signed URLs, of a region that AWS does not have."""
    server = start_server(BUCKET=url_of(port, "server"), STEELYARD_HISTORY_FLUSH_CHUNKS="2")
    client = client_of(server)
    client.run(PROGRAMS / "log_for_backup.py", "first")
    told = client.run_json(PROGRAMS / "read_for_backup.py")
    (run,) = told.values()
    assert run["state"] == "finished"
    assert json.loads(server.run_command("doctor", "--consistency", "--json"))["exit_code"] == 0


# In a process of its own: the library reads the proxy once. The store is the proxy, so that every name leads to it.
BY_HOST = """
import asyncio, httpx, sys
from pathlib import Path
from secrets import token_hex
from steelyard.adapters.objects.open import open_store
from steelyard.config.groups.places import ObjectSettings
from steelyard.ports.objects import Grant
from tests.harness.objects import chunks, whole

async def main():
    store = open_store(ObjectSettings(bucket=sys.argv[1]), Path("unused"), "a secret")
    await store.put("a b/key", chunks(b"steelyard"))
    print(await whole(store, "a b/key", 2, 6), bool(await store.start_parts("parts")))
    write = await store.sign_put("by client", Grant("http://own.test", 60))
    print(write.url.partition("?")[0], httpx.put(write.url, content=b"x").status_code)
    print([found.key async for found in store.list("")])
    await store.close()

asyncio.run(main())
"""


def test_the_bucket_may_stand_in_the_hosts_name(port: int) -> None:
    place = f"s3://{ACCOUNT}@store.test/{BUCKET}/by-host?region={REGION}&forcePathStyle=false"
    env = clean_environment(HTTP_PROXY=f"http://127.0.0.1:{port}", http_proxy=f"http://127.0.0.1:{port}")
    done = subprocess.run(
        [sys.executable, "-c", BY_HOST, place],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.stdout.splitlines() == [
        "b'eely' True",
        f"http://{BUCKET}.store.test/by-host/by%20client 200",
        "['a b/key', 'by client']",
    ], done.stderr


async def test_every_object_is_encrypted_by_the_key_that_is_named(port: int) -> None:
    settings = ObjectSettings(bucket=url_of(port, "kms"), kms_key_id=KMS)
    store = open_store(settings, Path("unused"), "a secret")
    assert isinstance(store.main, S3Objects)
    await store.put("by the server", chunks(b"written"))
    await store.put("large", chunks(bytes(9 << 20)))
    async with httpx.AsyncClient() as client:
        write = await store.sign_put("by a client", GRANT)
        assert (await client.put(write.url, content=b"x", headers=dict(write.headers))).status_code == 200
        upload = await store.start_parts("in parts")
        part = await store.sign_part(PartAddress("in parts", upload, 1), GRANT)
        sent = await client.put(part.url, content=bytes(PART_BYTES_MIN), headers=dict(part.headers))
        await store.complete_parts("in parts", upload, [(1, sent.headers["etag"])])
        for key in ("by the server", "large", "by a client", "in parts"):
            read = await store.sign_get(key, GRANT, filename="k", content_type="text/plain")
            told = (await client.get(read.url)).headers
            assert told["x-amz-server-side-encryption"] == "aws:kms", key
            assert told["x-amz-server-side-encryption-aws-kms-key-id"] == KMS, key
    assert await whole(store, "by the server") == b"written"
    await store.close()


@pytest.mark.parametrize("purges", [False, True])
async def test_what_is_deleted_goes_with_its_versions_where_that_is_wanted(port: int, purges: bool) -> None:
    """Nothing of it is left, and nothing of a neighbour is touched; by default the bucket keeps what it keeps."""
    bucket, prefix = await versioned_bucket(port), token_hex(4)
    place = f"s3://{ACCOUNT}@127.0.0.1:{port}/versioned/{prefix}?region={REGION}"
    store = open_store(ObjectSettings(bucket=place, purge_versions=purges), Path("unused"), "a secret")
    for key in ("a b/ü", "a b/ü", "a b/ü", "a b/ü and more"):
        await store.put(key, chunks(b"written"))
    await store.delete("a b/ü")
    await store.put("a b/ü", chunks(b"again"))
    await store.delete("a b/ü")
    await store.delete("never")
    assert await store.stat("a b/ü") is None
    assert await whole(store, "a b/ü and more") == b"written"
    await store.close()
    left = [key.removeprefix(f"{prefix}/") for key in await versions_below(bucket, f"{prefix}/")]
    four_contents_and_two_marks = [] if purges else ["a b/ü"] * 6
    assert [key for key in left if key != "never"] == [*four_contents_and_two_marks, "a b/ü and more"]
    assert not (purges and "never" in left)


async def test_an_object_of_many_versions_goes_over_several_pages(port: int) -> None:
    bucket = await versioned_bucket(port)
    async with httpx.AsyncClient() as client:
        for key in ("many/key", "many/key", "many/key", "many/key", "many/key and more"):
            await client.put(sign(bucket, "PUT", key), content=b"x")
    calls = BucketCalls(BucketSigner(bucket), BucketAccount(bucket), httpx.Timeout(20))
    versions = BucketVersions(calls, page_keys=2)
    await versions.purge("many/key")
    await versions.purge("many/key")
    assert await versions_below(bucket, "many/") == ["many/key and more"]
    await calls.close()


async def versioned_bucket(port: int) -> Bucket:
    """Make the bucket, unless it is there, and let it keep versions."""
    bucket = Bucket("versioned", "", f"http://127.0.0.1:{port}", REGION, KEY, SECRET, path_style=True)
    rule = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    async with httpx.AsyncClient() as client:
        await client.put(sign(bucket, "PUT", ""))
        assert (await client.put(sign(bucket, "PUT", "", ("versioning", "")), content=rule)).status_code == 200
    return bucket


def sign(bucket: Bucket, method: str, key: str, *query: tuple[str, str]) -> str:
    return BucketSigner(bucket).sign(Credentials(KEY, SECRET), method, key, 60, Signed(query))


async def versions_below(bucket: Bucket, prefix: str) -> list[str]:
    """Return the keys of the first page of versions and marks, each as often as it is there."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(sign(bucket, "GET", "", ("versions", ""), ("prefix", prefix)))
    page = ET.fromstring(answer.content)
    items = [item for item in page if item.tag.rpartition("}")[2] in {"Version", "DeleteMarker"}]
    return sorted(child.text or "" for item in items for child in item if child.tag.rpartition("}")[2] == "Key")


def test_the_doctor_tells_what_this_store_does_not_check(port: int, tmp_path: Path) -> None:
    """Signatures, and the end of an address."""
    done = Server(tmp_path / "data").try_command("doctor", "bucket", url_of(port, "doctor"), "--json")
    document = json.loads(done.stdout)
    failed = {item["id"] for item in document["findings"] if item["level"] == "fail"}
    assert (done.returncode, failed - {"bucket.cors"}) == (2, {"bucket.signature", "bucket.expiry"})
