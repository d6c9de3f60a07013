"""Azure Blob Storage meets the promises of object stores: at its maker's own emulator, which checks signatures."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from steelyard.adapters.objects.azure_calls import ContainerRefusedError
from steelyard.adapters.objects.open import bucket_origins, open_place, open_store
from steelyard.config.container_url import Container
from steelyard.config.groups.places import ObjectSettings
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.objects import PART_BYTES_MIN, Grant, ObjectStore, PartAddress, SignedRequest
from tests.harness.objects import ORIGIN, chunks, whole
from tests.services.azurite import azurite, url_of

GRANT = Grant(ORIGIN, 60, "ada lovelace")
FIRST, SECOND = bytes(range(256)) * (PART_BYTES_MIN // 256), b"the end"


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    with azurite(tmp_path_factory.mktemp("azurite")) as container:
        yield container


def settings_of(container: Container, prefix: str, *, proxied: bool = False) -> ObjectSettings:
    return ObjectSettings(bucket=url_of(container, prefix), storage_key=container.key, proxied=proxied)


@pytest.fixture(params=[False, True], ids=["direct", "proxied"])
async def store(container: Container, request: pytest.FixtureRequest) -> AsyncIterator[ObjectStore]:
    store = open_store(settings_of(container, request.node.name, proxied=request.param), Path("unused"), "a secret")
    yield store
    await store.close()


@pytest.fixture
async def direct(container: Container, request: pytest.FixtureRequest) -> AsyncIterator[ObjectStore]:
    store = open_store(settings_of(container, request.node.name), Path("unused"), "a secret")
    yield store
    await store.close()


def md5(data: bytes) -> bytes:
    return hashlib.md5(data).digest()


async def send(signed: SignedRequest, data: bytes) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.put(signed.url, content=data, headers=dict(signed.headers))


async def test_what_is_put_comes_back(store: ObjectStore) -> None:
    stored = await store.put("a/b c/100%ü#?.bin", chunks(b"steel", b"yard"), md5=md5(b"steelyard"))
    assert (stored.key, stored.size_bytes, stored.md5) == ("a/b c/100%ü#?.bin", 9, md5(b"steelyard"))
    assert await whole(store, "a/b c/100%ü#?.bin") == b"steelyard"
    assert await whole(store, "a/b c/100%ü#?.bin", 2, 6) == b"eely"
    assert await store.read_ranges("a/b c/100%ü#?.bin", [(5, 9), (0, 2)]) == [b"yard", b"st"]
    assert [found.key async for found in store.list("")] == ["a/b c/100%ü#?.bin"]
    assert [found.key async for found in store.list("a/")] == ["a/b c/100%ü#?.bin"]
    await store.put("a/b c/100%ü#?.bin", chunks(b"second"))
    assert await whole(store, "a/b c/100%ü#?.bin") == b"second"


async def test_a_long_body_is_whole_or_not_there(store: ObjectStore) -> None:
    """As exports, backups and large segments are written: in blocks."""
    piece = bytes(range(256)) * 4096
    await store.put("large", chunks(*[piece] * 20))
    assert md5(await whole(store, "large")) == md5(piece * 20)
    for key in ("large", "new"):
        with pytest.raises(Invalid, match="MD5"):
            await store.put(key, chunks(*[piece] * 9), md5=md5(b"other"))
    assert md5(await whole(store, "large")) == md5(piece * 20)
    assert await store.stat("new") is None


async def test_what_is_not_there(store: ObjectStore) -> None:
    assert await store.stat("never") is None
    with pytest.raises(NotFound):
        await whole(store, "never")
    with pytest.raises(NotFound):
        await store.read_ranges("never", [(0, 1)])
    await store.put("key", chunks(b"steel"))
    with pytest.raises(NotFound, match="ends before"):
        await store.read_ranges("key", [(0, 2), (3, 9)])
    await store.delete("key")
    await store.delete("key")
    assert await store.stat_many(["key", "never"]) == {}


async def test_many_are_asked_for_at_once(direct: ObjectStore) -> None:
    keys = [f"folder/{number:03}" for number in range(40)]
    await asyncio.gather(*(direct.put(key, chunks(b"x")) for key in keys))
    assert set(await direct.stat_many([*keys, "folder/none"])) == set(keys)


async def test_signed_reads_tell_what_the_object_is(direct: ObjectStore) -> None:
    await direct.put("a b/ü.bin", chunks(FIRST))
    signed = await direct.sign_get("a b/ü.bin", GRANT, filename="media/ü x.png", content_type="image/png")
    assert "X-User=ada%20lovelace" in signed.url
    async with httpx.AsyncClient() as client:
        answer = await client.get(signed.url, headers={"Range": "bytes=3-6"})
        assert (answer.status_code, answer.content) == (206, FIRST[3:7])
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''%C3%BC%20x.png"
        assert (await client.head(signed.url)).headers["content-length"] == str(len(FIRST))
        for other in (signed.url.replace("a%20b", "a%20c"), signed.url.replace("image", "text"), signed.url[:-6]):
            assert (await client.get(other)).status_code == 403
        refused = await client.put(signed.url, content=b"x", headers={"x-ms-blob-type": "BlockBlob"})
        assert refused.status_code == 403


async def test_signed_writes_are_what_clients_send(direct: ObjectStore) -> None:
    signed = await direct.sign_put("key", GRANT)
    assert dict(signed.headers) == {"x-ms-blob-type": "BlockBlob"}
    assert [(await send(signed, body)).status_code for body in (b"once", b"again")] == [201, 201]
    assert await whole(direct, "key") == b"again"
    signed = await direct.sign_put("content", GRANT, md5=md5(b"content"))
    assert signed.headers["Content-MD5"] == base64.b64encode(md5(b"content")).decode()
    assert (await send(signed, b"other")).status_code == 400
    assert await direct.stat("content") is None
    assert (await send(signed, b"content")).status_code == 201
    async with httpx.AsyncClient() as client:
        assert (await client.get(signed.url)).status_code == 403
        assert (await client.delete(signed.url)).status_code == 403


async def test_an_address_ends(direct: ObjectStore) -> None:
    signed = await direct.sign_put("key", Grant(ORIGIN, -1))
    assert (await send(signed, b"late")).status_code == 403


async def put_part(store: ObjectStore, upload_id: str, number: int, data: bytes) -> tuple[int, str]:
    part = PartAddress("key", upload_id, number)
    return number, await store.put_part(part, chunks(data), size_bytes=len(data), md5=md5(data))


async def test_parts_become_one_object(store: ObjectStore) -> None:
    """Whichever way the bytes go, parts come to our own address."""
    upload_id = await store.start_parts("key")
    signed = await store.sign_part(PartAddress("key", upload_id, 1), GRANT, md5=md5(FIRST))
    assert signed.url.startswith(f"{ORIGIN}/storage/key?")
    second = await put_part(store, upload_id, 2, SECOND)
    await put_part(store, upload_id, 1, FIRST[::-1])
    parts = [await put_part(store, upload_id, 1, FIRST), second]
    assert parts[0][1] == f'"{md5(FIRST).hex()}"'
    assert await store.stat("key") is None
    assert [found.key async for found in store.list("")] == []
    stored = await store.complete_parts("key", upload_id, parts)
    assert (stored.key, stored.size_bytes) == ("key", len(FIRST + SECOND))
    assert await whole(store, "key") == FIRST + SECOND
    assert await store.complete_parts("key", upload_id, parts) == stored
    with pytest.raises(Invalid, match="other parts"):
        await store.complete_parts("key", upload_id, parts[:1])
    await store.abort_parts("key", upload_id)
    assert await whole(store, "key") == FIRST + SECOND


async def test_what_is_missing_or_other_than_sent_completes_nothing(direct: ObjectStore) -> None:
    upload_id = await direct.start_parts("key")
    parts = [await put_part(direct, upload_id, number, FIRST) for number in (1, 2)]
    wrong = (2, f'"{md5(b"other").hex()}"')
    for listed in ([parts[0], wrong], [*parts, (3, parts[0][1])], parts[::-1], [], [(1, "none")]):
        with pytest.raises(Invalid):
            await direct.complete_parts("key", upload_id, listed)
    for other in ("f" * 32, "../objects"):
        with pytest.raises(Invalid, match="no such upload"):
            await direct.complete_parts("key", other, parts)
    assert await direct.stat("key") is None
    await direct.complete_parts("key", upload_id, parts)


async def test_a_part_with_a_wrong_digest_or_length_is_refused(direct: ObjectStore) -> None:
    part = PartAddress("key", await direct.start_parts("key"), 1)
    with pytest.raises(Invalid):
        await direct.put_part(part, chunks(SECOND), size_bytes=len(SECOND), md5=md5(b"other"))
    with pytest.raises(Invalid):
        await direct.put_part(part, chunks(SECOND), size_bytes=len(SECOND) + 1)
    with pytest.raises(NotFound):
        await direct.put_part(PartAddress("key", "0" * 32, 1), chunks(SECOND), size_bytes=len(SECOND))
    for number in (0, 10_001):
        with pytest.raises(Invalid):
            await direct.sign_part(PartAddress("key", part.upload_id, number), GRANT)
    etag = await direct.put_part(part, chunks(SECOND), size_bytes=len(SECOND))  # nobody said its MD5
    await direct.complete_parts("key", part.upload_id, [(1, etag)])
    assert await whole(direct, "key") == SECOND


async def test_an_upload_that_is_given_up_leaves_nothing(direct: ObjectStore) -> None:
    upload_id = await direct.start_parts("key")
    part = await put_part(direct, upload_id, 1, FIRST)
    await direct.abort_parts("key", upload_id)
    await direct.abort_parts("key", upload_id)
    assert await direct.stat("key") is None
    with pytest.raises(Invalid, match="no such upload"):
        await direct.complete_parts("key", upload_id, [part])
    with pytest.raises(NotFound):
        await put_part(direct, upload_id, 1, FIRST)


async def test_places_of_backups_take_the_key_from_the_settings(container: Container) -> None:
    store = open_place(url_of(container, "backups"), settings_of(container, "other"))
    await store.put("key", chunks(b"x"))
    assert await whole(store, "key") == b"x"
    await store.close()


def test_pages_are_told_where_objects_come_from(container: Container) -> None:
    there = container.root.removesuffix(f"/{container.account}")
    assert bucket_origins(settings_of(container, ""), Path("unused")) == there
    assert bucket_origins(settings_of(container, "", proxied=True), Path("unused")) == ""


async def test_a_refusal_is_no_passing_fault(container: Container) -> None:
    wrong = ObjectSettings(bucket=url_of(container, "p"), storage_key=base64.b64encode(b"wrong").decode())
    store = open_store(wrong, Path("unused"), "a secret")
    with pytest.raises(ContainerRefusedError, match="403"):
        await store.start_parts("key")
    with pytest.raises(Exception, match="403"):
        await store.put("key", chunks(b"x"))
    await store.close()


async def test_what_is_frozen_is_out_of_the_reach_of_urls(direct: ObjectStore) -> None:
    signed = await direct.sign_put("key", GRANT, md5=md5(b"content"))
    assert (await send(signed, b"content")).status_code == 201
    assert await direct.freeze("key", "a b/kept ü") == "a b/kept ü"
    await send(SignedRequest(signed.url, {"x-ms-blob-type": "BlockBlob"}), b"another")
    assert (await whole(direct, "a b/kept ü"), await whole(direct, "key")) == (b"content", b"another")
    with pytest.raises(NotFound):
        await direct.freeze("never", "fresh")


async def test_through_the_server_nothing_has_to_be_frozen(container: Container) -> None:
    store = open_store(settings_of(container, "p", proxied=True), Path("unused"), "a secret")
    assert await store.freeze("key", "fresh") == "key"
    await store.close()
