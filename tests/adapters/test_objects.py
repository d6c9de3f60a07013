"""One suite over every object store: what is put comes back whole, or is not there at all."""

import asyncio
import base64
import hashlib
import os
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from steelyard.adapters.objects.open import open_store
from steelyard.adapters.objects.routed import RoutedStore
from steelyard.adapters.objects.signing import OwnAddresses, OwnReads, UrlSigner
from steelyard.config.groups.places import ObjectSettings
from steelyard.kernel.errors import Denied, Invalid, NotFound
from steelyard.ports.objects import Grant
from tests.harness.engines import Engine
from tests.harness.objects import GRANT, ORIGIN, chunks, key_and_query, whole


@pytest.fixture(params=[False, True], ids=["direct", "proxied"])
async def store(engine: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[RoutedStore]:
    with engine.fresh() as settings:
        bucket = ObjectSettings(bucket=settings.get("BUCKET", ""), proxied=request.param)
        store = open_store(bucket, tmp_path, "a secret")
        yield store
        await store.close()


async def test_what_is_put_comes_back(store: RoutedStore) -> None:
    stored = await store.put("a/b c/100%.bin", chunks(b"steel", b"yard"))
    assert (stored.size_bytes, stored.md5) == (9, hashlib.md5(b"steelyard").digest())
    assert await whole(store, "a/b c/100%.bin") == b"steelyard"
    assert await whole(store, "a/b c/100%.bin", 2, 6) == b"eely"
    assert await whole(store, "a/b c/100%.bin", 5) == b"yard"


async def test_an_object_of_many_parts_is_whole(store: RoutedStore) -> None:
    part = bytes(range(256)) * 4096
    stored = await store.put("large", chunks(*[part] * 20))
    assert stored.size_bytes == 20 * len(part)
    assert hashlib.md5(await whole(store, "large")).digest() == hashlib.md5(part * 20).digest()


async def test_ranges_come_in_the_order_asked(store: RoutedStore) -> None:
    part = bytes(range(256)) * 4096
    await store.put("key", chunks(part, part, part))
    far = 2 * len(part)
    assert await store.read_ranges("key", [(far, far + 3), (1, 5), (0, len(part)), (4, 6)]) == [
        b"\x00\x01\x02",
        b"\x01\x02\x03\x04",
        part,
        b"\x04\x05",
    ]
    assert await store.read_ranges("key", []) == []


async def test_ranges_of_what_is_not_there(store: RoutedStore) -> None:
    with pytest.raises(NotFound):
        await store.read_ranges("never", [(0, 1)])
    await store.put("key", chunks(b"steel"))
    with pytest.raises(NotFound, match="ends before"):
        await store.read_ranges("key", [(0, 2), (3, 9)])


async def test_an_empty_object_is_an_object(store: RoutedStore) -> None:
    await store.put("empty", chunks())
    found = await store.stat("empty")
    assert found is not None
    assert found.size_bytes == 0


async def test_a_second_put_replaces_the_first(store: RoutedStore) -> None:
    await store.put("key", chunks(b"one"))
    await store.put("key", chunks(b"second"))
    assert await whole(store, "key") == b"second"


async def test_a_wrong_digest_leaves_nothing(store: RoutedStore) -> None:
    with pytest.raises(Invalid):
        await store.put("key", chunks(b"one"), md5=hashlib.md5(b"other").digest())
    assert await store.stat("key") is None


@pytest.mark.parametrize("size", [4, 9 << 20], ids=["small", "of several parts"])
async def test_a_wrong_digest_leaves_what_was_there(store: RoutedStore, size: int) -> None:
    await store.put("key", chunks(b"before"))
    with pytest.raises(Invalid, match="MD5"):
        await store.put("key", chunks(b"x" * size), md5=hashlib.md5(b"before").digest())
    assert await whole(store, "key") == b"before"
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert [item async for item in store.list_unfinished("", later)] == []


async def test_a_broken_body_leaves_what_was_there(store: RoutedStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * (9 << 20)
        raise ConnectionError("the client went away")

    await store.put("key", chunks(b"before"))
    with pytest.raises(Exception, match="client went away"):
        await store.put("key", broken())
    assert await whole(store, "key") == b"before"


def test_what_a_dead_process_was_writing_is_deleted_a_day_later(tmp_path: Path) -> None:
    def reopen() -> list[str]:
        open_store(ObjectSettings(), tmp_path, "a secret")
        return [path.name for path in tmp_path.rglob("half-written")]

    open_store(ObjectSettings(), tmp_path, "a secret")
    (temporary,) = tmp_path.rglob("tmp")
    (temporary / "half-written").write_bytes(b"x")
    assert reopen() == ["half-written"]
    os.utime(temporary / "half-written", (0, 0))
    assert reopen() == []


def tidy(folder: Path) -> None:
    """Remove the empty folders below."""
    for path in sorted(folder.rglob("*/objects/*"), reverse=True):
        path.rmdir()


async def test_empty_folders_may_be_tidied_away(tmp_path: Path) -> None:
    store = open_store(ObjectSettings(), tmp_path, "a secret")
    await store.put("key", chunks(b"x"))
    await store.delete("key")
    tidy(tmp_path)
    await store.put("key", chunks(b"again"))
    assert await whole(store, "key") == b"again"


async def test_absent_and_deleted_objects(store: RoutedStore) -> None:
    await store.delete("never")
    assert await store.stat("never") is None
    with pytest.raises(NotFound):
        await whole(store, "never")
    await store.put("key", chunks(b"x"))
    await store.delete("key")
    assert await store.stat("key") is None


@pytest.mark.parametrize("count", [0, 5, 1150], ids=["none", "few", "more than a page"])
async def test_many_are_asked_for_at_once(store: RoutedStore, count: int) -> None:
    keys = [f"in/here/{number:04}-x" for number in range(count)] + ["in/elsewhere/%ü"]
    for start in range(0, len(keys), 50):
        await asyncio.gather(*(store.put(key, chunks(key.encode())) for key in keys[start : start + 50]))
    found = await store.stat_many([*keys[::-1], "in/here/0002", "in/here/zzz", "in/nowhere/x", *keys[:3]])
    assert {key: (stored.key, stored.size_bytes, stored.md5) for key, stored in found.items()} == {
        key: (key, len(key.encode()), hashlib.md5(key.encode()).digest()) for key in keys
    }
    assert set(await store.stat_many(keys[::300])) == set(keys[::300])


async def test_listing_is_by_prefix(store: RoutedStore) -> None:
    for key in ("a/1", "a/2", "b/1"):
        await store.put(key, chunks(b"x"))
    assert sorted([item.key async for item in store.list("a/")]) == ["a/1", "a/2"]


async def test_a_signed_url_opens_one_object_for_one_method(store: RoutedStore) -> None:
    await store.put("key", chunks(b"x"))
    read = await store.sign_get("key", GRANT, filename="k.txt", content_type="text/plain")
    write = await store.sign_put("other", GRANT)
    if isinstance(store.main, OwnAddresses):
        _check_own(store.signer, read.url, write.url)
    else:
        await asyncio.to_thread(_check_bucket, read.url, write.url, dict(write.headers))
        assert await whole(store, "other") == b"written"


async def test_a_url_for_readers_of_parts_is_our_own(store: RoutedStore) -> None:
    """It must answer HEAD too, for which a bucket wants another signature."""
    assert isinstance(store.main, OwnReads)
    read = await store.sign_read("key", GRANT, filename="k", content_type="text/plain")
    assert read.url.startswith(ORIGIN)
    for method in ("GET", "HEAD"):
        store.signer.check(method, *key_and_query(read.url))
    with pytest.raises(Denied):
        store.signer.check("PUT", *key_and_query(read.url))


async def test_an_address_for_one_content_takes_no_other(store: RoutedStore) -> None:
    """Whatever the sender says it is. Our own address does the same; `test_storage.py` sends it over HTTP."""
    if isinstance(store.main, OwnAddresses):
        return
    right, other = hashlib.md5(b"right").digest(), hashlib.md5(b"other").digest()
    write = await store.sign_put("key", GRANT, md5=right)
    assert await asyncio.to_thread(_put, write.url, b"right", write.headers) == 200
    told = {"Content-MD5": base64.b64encode(other).decode()}
    assert await asyncio.to_thread(_put, write.url, b"other", write.headers) == 400
    assert await asyncio.to_thread(_put, write.url, b"other", told) == 403
    assert await asyncio.to_thread(_put, write.url, b"other", {}) == 403
    assert await whole(store, "key") == b"right"


def _put(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    return httpx.put(url, content=body, headers=dict(headers)).status_code


def _check_own(signer: UrlSigner, read: str, write: str) -> None:
    key, query = key_and_query(read)
    signer.check("GET", key, query)
    signer.check("HEAD", key, query)
    for method, name, asked in (("PUT", key, query), ("GET", "another", query), ("GET", *key_and_query(write))):
        with pytest.raises(Denied):
            signer.check(method, name, asked)
    with pytest.raises(Denied):
        signer.check("GET", key, query | {"expires": "99999999999"})
    expired = key_and_query(signer.sign("GET", "key", Grant(ORIGIN, -1), {}))
    with pytest.raises(Denied, match="expired"):
        signer.check("GET", *expired)


def _check_bucket(read: str, write: str, headers: dict[str, str]) -> None:
    assert httpx.get(read).content == b"x"
    assert httpx.put(write, content=b"written", headers=headers).is_success
    assert httpx.put(read, content=b"y").status_code == 403
