"""One suite over every object store about uploads in parts: whole when completed, not there at all before."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from steelyard.adapters.objects.open import open_store
from steelyard.config.groups.places import ObjectSettings
from steelyard.kernel.errors import Denied, Invalid, NotFound
from steelyard.ports.objects import PART_BYTES_MIN, ObjectStore, PartAddress
from tests.harness.engines import MYSQL_S3, Engine
from tests.harness.objects import GRANT, check_own, chunks, is_own, whole

FIRST = bytes(range(256)) * (PART_BYTES_MIN // 256)
SECOND = b"the end"
WHOLE = FIRST + SECOND


@pytest.fixture(params=[False, True], ids=["direct", "proxied"])
async def store(engine: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[ObjectStore]:
    with engine.fresh() as settings:
        bucket = ObjectSettings(bucket=settings.get("BUCKET", ""), proxied=request.param)
        store = open_store(bucket, tmp_path, "a secret")
        yield store
        await store.close()


def md5(data: bytes) -> bytes:
    return hashlib.md5(data).digest()


async def send(store: ObjectStore, upload_id: str, number: int, data: bytes, key: str = "key") -> tuple[int, str]:
    """Put a part as its sender does: through the store's own address, or through us. Return what completing wants."""
    part = PartAddress(key, upload_id, number)
    signed = await store.sign_part(part, GRANT, md5=md5(data))
    if is_own(store):
        check_own(store, "PUT", signed.url)
        etag = await store.put_part(part, chunks(data), size_bytes=len(data), md5=md5(data))
    else:
        etag = await asyncio.to_thread(_send, signed.url, data)
    return number, etag


def _send(url: str, data: bytes) -> str:
    headers = {"Content-Md5": base64.b64encode(md5(data)).decode(), "Content-Type": "application/octet-stream"}
    answer = httpx.put(url, content=data, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.headers["ETag"]


async def send_both(store: ObjectStore, upload_id: str) -> list[tuple[int, str]]:
    """The last part first: they come in any order."""
    second = await send(store, upload_id, 2, SECOND)
    return [await send(store, upload_id, 1, FIRST), second]


async def unfinished(store: ObjectStore, prefix: str = "") -> list[tuple[str, str]]:
    later = datetime.now(UTC) + timedelta(minutes=1)
    return [(item.key, item.upload_id) async for item in store.list_unfinished(prefix, later)]


async def test_parts_become_one_object(store: ObjectStore) -> None:
    upload_id = await store.start_parts("key")
    parts = await send_both(store, upload_id)
    assert await store.stat("key") is None
    stored = await store.complete_parts("key", upload_id, parts)
    assert (stored.key, stored.size_bytes) == ("key", len(WHOLE))
    assert stored.etag == f'"{md5(md5(FIRST) + md5(SECOND)).hex()}-2"'
    assert await whole(store, "key") == WHOLE
    border = len(FIRST)
    assert await whole(store, "key", border - 3, border + 3) == WHOLE[border - 3 : border + 3]
    assert await store.read_ranges("key", [(border - 1, border + 1), (0, 2), (border + 3, border + 7)]) == [
        WHOLE[border - 1 : border + 1],
        WHOLE[:2],
        b" end",
    ]
    found = await store.stat("key")
    assert found is not None
    assert (found.size_bytes, found.etag, found.md5) == (len(WHOLE), stored.etag, None)
    assert [item.key async for item in store.list("")] == ["key"]


async def test_completing_again_gives_the_same_object(store: ObjectStore) -> None:
    upload_id = await store.start_parts("key")
    parts = await send_both(store, upload_id)
    first = await store.complete_parts("key", upload_id, parts)
    assert await store.complete_parts("key", upload_id, parts) == first
    with pytest.raises(Invalid):
        await store.complete_parts("key", upload_id, parts[:1])
    await store.abort_parts("key", upload_id)
    assert await whole(store, "key") == WHOLE


async def test_what_is_missing_or_other_than_sent_completes_nothing(store: ObjectStore) -> None:
    upload_id = await store.start_parts("key")
    parts = await send_both(store, upload_id)
    wrong = (2, f'"{md5(b"other").hex()}"')
    for listed in ([parts[0], wrong], [*parts, (3, parts[0][1])], parts[::-1], [parts[0], parts[0]], []):
        with pytest.raises(Invalid):
            await store.complete_parts("key", upload_id, listed)
    with pytest.raises(Invalid, match="no such upload"):
        await store.complete_parts("key", "f" * 32, parts)
    with pytest.raises(Invalid):
        await store.complete_parts("key", "../objects", parts)
    assert await store.stat("key") is None
    await store.complete_parts("key", upload_id, parts)
    assert await whole(store, "key") == WHOLE


async def test_a_part_that_is_sent_again_replaces_the_first(store: ObjectStore) -> None:
    upload_id = await store.start_parts("key")
    await send(store, upload_id, 1, FIRST)
    again = await send(store, upload_id, 1, FIRST[::-1])
    await store.complete_parts("key", upload_id, [again])
    assert await whole(store, "key") == FIRST[::-1]


async def test_a_part_with_a_wrong_digest_or_length_is_refused(store: ObjectStore) -> None:
    part = PartAddress("key", await store.start_parts("key"), 1)
    with pytest.raises(Invalid):
        await store.put_part(part, chunks(SECOND), size_bytes=len(SECOND), md5=md5(b"other"))
    with pytest.raises(Invalid):
        await store.put_part(part, chunks(SECOND), size_bytes=len(SECOND) + 1)
    with pytest.raises(Invalid):
        await store.complete_parts("key", part.upload_id, [(1, f'"{md5(SECOND).hex()}"')])
    with pytest.raises(NotFound):
        await store.put_part(PartAddress("key", "0" * 32, 1), chunks(SECOND), size_bytes=len(SECOND))
    with pytest.raises((NotFound, Invalid)):
        await store.put_part(PartAddress("key", "../objects", 1), chunks(SECOND), size_bytes=len(SECOND))
    for number in (0, 10_001):
        with pytest.raises(Invalid):
            await store.sign_part(PartAddress("key", part.upload_id, number), GRANT)


async def test_the_url_of_a_part_takes_that_part_alone(store: ObjectStore) -> None:
    upload_id = await store.start_parts("key")
    signed = await store.sign_part(PartAddress("key", upload_id, 1), GRANT, md5=md5(SECOND))
    for changed in (signed.url.replace("=1&", "=2&"), signed.url.replace(upload_id, "f" * 32)):
        assert changed != signed.url
        if is_own(store):
            with pytest.raises(Denied):
                check_own(store, "PUT", changed)
        else:
            answer = await asyncio.to_thread(httpx.put, changed, content=SECOND, headers=dict(signed.headers))
            assert answer.status_code == 403


async def test_a_bucket_refuses_other_content_than_was_signed(store: ObjectStore) -> None:
    """Our own address does the same; `test_storage.py` sends it over HTTP."""
    if is_own(store):
        return
    part = PartAddress("key", await store.start_parts("key"), 1)
    signed = await store.sign_part(part, GRANT, md5=md5(SECOND))
    assert (await asyncio.to_thread(httpx.put, signed.url, content=b"x", headers=dict(signed.headers))).is_error
    assert (await asyncio.to_thread(httpx.put, signed.url, content=SECOND)).status_code == 403


async def test_an_aborted_upload_leaves_nothing(store: ObjectStore) -> None:
    upload_id = await store.start_parts("key")
    parts = await send_both(store, upload_id)
    await store.abort_parts("key", upload_id)
    await store.abort_parts("key", upload_id)
    assert await unfinished(store) == []
    with pytest.raises(Invalid, match="no such upload"):
        await store.complete_parts("key", upload_id, parts)
    assert await store.stat("key") is None


async def test_an_upload_belongs_to_its_key(store: ObjectStore, engine: Engine) -> None:
    upload_id = await store.start_parts("key")
    parts = await send_both(store, upload_id)
    with pytest.raises(Invalid):
        await store.complete_parts("other", upload_id, parts)
    await store.abort_parts("other", upload_id)
    if engine.name == MYSQL_S3:  # that store looks at the id alone, and may have dropped the upload
        return
    await store.complete_parts("key", upload_id, parts)
    assert await whole(store, "key") == WHOLE


async def test_unfinished_uploads_are_listed_by_prefix_and_age(store: ObjectStore) -> None:
    begun = {("a/1", await store.start_parts("a/1")), ("a/ü %", await store.start_parts("a/ü %"))}
    other = ("b/1", await store.start_parts("b/1"))
    assert set(await unfinished(store, "a/")) == begun
    assert set(await unfinished(store)) == begun | {other}
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    assert [item async for item in store.list_unfinished("", long_ago)] == []
    part = await send(store, other[1], 1, SECOND, key="b/1")
    await store.complete_parts(*other, [part])
    assert set(await unfinished(store)) == begun


async def test_a_put_replaces_an_object_of_parts_and_the_other_way_round(store: ObjectStore) -> None:
    await store.put("key", chunks(b"before"))
    upload_id = await store.start_parts("key")
    parts = await send_both(store, upload_id)
    assert await whole(store, "key") == b"before"
    await store.complete_parts("key", upload_id, parts)
    assert await whole(store, "key") == WHOLE
    await store.put("key", chunks(b"after"))
    assert await whole(store, "key") == b"after"
    await store.delete("key")
    assert await store.stat("key") is None


async def test_a_deleted_object_takes_its_parts_along(store: ObjectStore, tmp_path: Path) -> None:
    upload_id = await store.start_parts("key")
    await store.complete_parts("key", upload_id, await send_both(store, upload_id))
    await store.delete("key")
    assert await store.stat("key") is None
    assert sorted(files_below(tmp_path)) == []


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
