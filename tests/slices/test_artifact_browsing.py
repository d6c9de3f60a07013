"""Files of a version folder by folder, and two versions side by side, against what a list in memory says."""

import os
from itertools import pairwise

import pytest
from sqlalchemy import update

from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.rules import path_digest
from steelyard.kernel.ids import find_global_id
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger

pytestmark = pytest.mark.asyncio(loop_scope="module")

# The long form: STEELYARD_ENTRIES=1000000 pytest tests/slices/test_artifact_browsing.py
ENTRIES = int(os.environ.get("STEELYARD_ENTRIES", "30000"))
# Names that sort against their looks: a file beside a folder of its name, what is less and more than a slash, no ASCII.
NASTY = [
    "a",
    "a/b",
    "a/b.txt",
    "a/b/c",
    "a.txt",
    "a0",
    "a//x",
    "a /x",
    "A/x",
    "b/" + "/".join("deep" for _ in range(40)) + "/x",
    "é/ö",
    "日本/語.png",
    "emoji 🎈/🎈.png",
    "%_/100%",
    "z",
]


async def fill(site: Site, logger: Logger, name: str, files: dict[str, tuple[str, int]]) -> str:
    """Log a version whose manifest lists `files` (path → digest, size), straight into the database; return its path."""
    made = await logger.log(name, {"seed": os.urandom(8)})
    number = find_global_id("Artifact", made)
    async with site.ports.database.write() as conn:
        values = {"artifact_id": number, "kind": "FULL", "name": "m", "digest": "", "object_key": "none"}
        done = await conn.execute(t.artifact_manifests.insert().values(**values, created_at=site.clock()))
        manifest = done.inserted_primary_key[0]
        columns = {"ref": None, "extra": None, "birth_artifact_id": None, "blob_id": None}
        rows = [
            {
                "manifest_id": manifest,
                "position": at,
                "path": path,
                "path_digest": path_digest(path),
                "digest": digest,
                "size_bytes": size,
                **columns,
            }
            for at, (path, (digest, size)) in enumerate(files.items())
        ]
        for start in range(0, len(rows), 2000):
            await conn.execute(t.artifact_entries.insert(), rows[start : start + 2000])
        changed = {"manifest_id": manifest, "file_count": len(files)}
        await conn.execute(update(t.artifacts).where(t.artifacts.c.id == number).values(**changed))
    found = (await logger.find(f"{name}:latest")) or {}
    return f"/app/projects/{logger.caller.name}/demo/artifacts/dataset/{name}/v{found['versionIndex']}"


async def folder(me: Caller, version: str, path: str, limit: int) -> list[dict[str, object]]:
    """Read a folder in pages of `limit`."""
    seen: list[dict[str, object]] = []
    start = ""
    while start is not None:
        query = f"folder={path_query(path)}&limit={limit}&from={start}"
        page = (await me.send("GET", f"{version}/files?{query}")).body
        assert len(page["items"]) <= limit
        seen, start = seen + page["items"], page["next"]
    return seen


def path_query(path: str) -> str:
    return "".join(f"%{byte:02x}" for byte in path.encode())


def expected(files: dict[str, tuple[str, int]], path: str) -> list[tuple[str, str, int, int]]:
    """What lies in a folder: kind, path, how many files and bytes, in the order of bytes."""
    prefix = f"{path}/" if path else ""
    found: dict[bytes, tuple[str, str, int, int]] = {}
    for name, (_, size) in files.items():
        if not name.startswith(prefix):
            continue
        head, slash, _ = name[len(prefix) :].partition("/")
        key = (prefix + head + slash).encode()
        _, _, count, total = found.get(key, ("", "", 0, 0))
        found[key] = ("folder" if slash else "file", prefix + head, count + 1, total + size)
    return [found[key] for key in sorted(found)]


async def test_every_folder_holds_what_the_paths_say_in_pages_of_any_size(site: Site):
    logger = Logger(await site.user())
    files = {path: ("d", at) for at, path in enumerate(reversed(NASTY))}
    version = await fill(site, logger, "nasty", files)
    parts = [path.split("/") for path in NASTY]
    folders = {"/".join(part[:depth]) for part in parts for depth in range(len(part))}
    for path in sorted(folders):
        for limit in (1, 2, 3, 200):
            items = await folder(logger.caller, version, path, limit)
            shown = [(item["kind"], item["path"], item.get("fileCount", 1), item["sizeBytes"]) for item in items]
            assert shown == expected(files, path), (path, limit)
    assert (await logger.caller.send("GET", f"{version}/files?folder=nothing")).body == {"items": [], "next": None}
    assert (await logger.caller.send("GET", f"{version}/file?path=a/b")).body["kind"] == "file"
    assert (await logger.caller.send("GET", f"{version}/file?path=b/deep")).body == {"kind": "folder", "path": "b/deep"}
    assert (await logger.caller.send("GET", f"{version}/file?path=b/nothing")).status == 404


async def test_a_search_finds_words_anywhere_in_a_path_and_in_any_case(site: Site):
    logger = Logger(await site.user())
    version = await fill(site, logger, "nasty", dict.fromkeys(NASTY, ("d", 1)))

    async def find(text: str) -> list[str]:
        page = (await logger.caller.send("GET", f"{version}/files:find?find={path_query(text)}")).body
        assert page["next"] is None
        return [item["path"] for item in page["files"]]

    assert await find("A/X") == ["A/x"]
    assert await find("100%") == ["%_/100%"]
    assert await find("txt b") == ["a/b.txt"]
    assert await find("語") == ["日本/語.png"]
    assert await find("nothing at all") == []
    assert (await logger.caller.send("GET", f"{version}/files:find?find={'a+' * 11}")).status == 422


async def test_large_versions_are_listed_searched_and_compared_piece_by_piece(site: Site):
    logger = Logger(await site.user())
    me = logger.caller
    # half of them flat, half in folders of folders
    files = {
        f"flat/{at:07d}.jpg" if at % 2 else f"deep/{at % 97:02d}/{at % 11:02d}/{at}.png": ("same", at)
        for at in range(ENTRIES)
    }
    names = list(files)
    before = await fill(site, logger, "large", files)
    removed, changed = names[:: ENTRIES // 300], names[1 :: ENTRIES // 200]
    later = {path: ("other", 7) if path in set(changed) else value for path, value in files.items()}
    for path in removed:
        del later[path]
    later |= {f"new/{at}": ("new", 2) for at in range(50)}
    after = await fill(site, logger, "large", later)

    items = await folder(me, before, "flat", 500)
    assert [item["path"] for item in items] == sorted(path for path in files if path.startswith("flat/"))
    assert [item["path"] for item in await folder(me, before, "deep", 50)] == [f"deep/{at:02d}" for at in range(97)]

    found, start, words = [], "", names[-2].split("/")[-1]
    while start is not None:
        page = (await me.send("GET", f"{before}/files:find?find={words}&from={start}")).body
        found, start = found + [item["path"] for item in page["files"]], page["next"]
    assert names[-2] in found
    assert found == sorted(path for path in files if words in path)

    rows, start = [], ""
    while start is not None:
        page = (await me.send("GET", f"{after}/compare?with=v0&limit=100&from={start}")).body
        rows, start = rows + page["changes"], page["next"]
    assert all(one["path"].encode() < two["path"].encode() for one, two in pairwise(rows))
    by_kind = {kind: [row["path"] for row in rows if row["kind"] == kind] for kind in ("added", "removed", "changed")}
    really_changed = sorted(set(changed) - set(removed))
    assert by_kind == {
        "added": sorted(f"new/{at}" for at in range(50)),
        "removed": sorted(removed),
        "changed": really_changed,
    }
    one = next(row for row in rows if row["kind"] == "changed")
    assert (one["sizeBefore"], one["sizeAfter"]) == (files[one["path"]][1], 7)
    only = (await me.send("GET", f"{after}/compare?with=v0&kind=added&limit=3")).body
    assert [row["path"] for row in only["changes"]] == ["new/0", "new/1", "new/10"] or only["next"]

    totals: dict[str, int] = {}
    start = ""
    while start is not None:
        page = (await me.send("GET", f"{after}/compare:totals?with=dataset/large/v0&from={start}")).body
        start = page.pop("next")
        totals = {key: totals.get(key, 0) + value for key, value in page.items()}
    assert (totals["added"], totals["removed"], totals["changed"]) == (50, len(removed), len(really_changed))
    assert (totals["addedBytes"], totals["changedBytesAfter"]) == (100, 7 * len(really_changed))
    assert totals["changedBytesBefore"] == sum(files[path][1] for path in really_changed)
    assert totals["removedBytes"] == sum(files[path][1] for path in removed)


async def test_only_versions_that_the_caller_may_read_are_compared(site: Site):
    logger, stranger = Logger(await site.user()), Logger(await site.user())
    mine = await fill(site, logger, "mine", {"a": ("x", 1)})
    await fill(site, stranger, "theirs", {"a": ("y", 1)})
    theirs = f"{stranger.caller.name}/demo/dataset/theirs/v0"
    assert (await logger.caller.send("GET", f"{mine}/compare?with={theirs}")).status == 404
    assert (await logger.caller.send("GET", f"{mine}/compare?with=v9")).status == 404
    for wrong in ("", "a/b", "/v0", "a/b/c/d"):
        assert (await logger.caller.send("GET", f"{mine}/compare?with={wrong}")).status == 422
