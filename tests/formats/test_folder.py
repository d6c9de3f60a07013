"""Folders of objects that earlier releases wrote are read, listed, replaced and deleted."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from steelyard.adapters.objects.local import LocalStore
from steelyard.adapters.objects.signing import UrlSigner
from tests.harness.objects import chunks, whole

KEY = "artifacts/1/content/ü %"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Format 1: the bytes under the SHA-256 of the key, and a sidecar."""
    name = hashlib.sha256(KEY.encode()).hexdigest()
    path = tmp_path / "objects" / name[:2] / name[2:]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"long ago")
    digest = base64.b64encode(hashlib.md5(b"long ago").digest()).decode()
    path.with_suffix(".json").write_text(json.dumps({"key": KEY, "size": 8, "md5": digest}))
    return tmp_path


@pytest.fixture
def store(folder: Path) -> LocalStore:
    return LocalStore(folder, UrlSigner("a secret"))


async def test_an_object_of_format_1_is_read(store: LocalStore) -> None:
    assert await whole(store, KEY) == b"long ago"
    assert await store.read_ranges(KEY, [(5, 8), (0, 4)]) == [b"ago", b"long"]
    found = await store.stat(KEY)
    assert found is not None
    assert (found.size_bytes, found.md5) == (8, hashlib.md5(b"long ago").digest())
    assert [item.key async for item in store.list("artifacts/")] == [KEY]


async def test_an_object_of_format_1_is_replaced(store: LocalStore) -> None:
    await store.put(KEY, chunks(b"now"))
    assert await whole(store, KEY) == b"now"
    assert [(item.key, item.size_bytes) async for item in store.list("")] == [(KEY, 3)]


@pytest.mark.parametrize("replaced", [False, True])
async def test_nothing_is_left_of_a_deleted_object_of_format_1(store: LocalStore, folder: Path, replaced: bool) -> None:
    if replaced:
        await store.put(KEY, chunks(b"now"))
    await store.delete(KEY)
    assert await store.stat(KEY) is None
    assert files(folder) == []


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
