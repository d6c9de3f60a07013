"""Manifests are read and written in pieces of any size."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.domains.artifacts.manifest import (
    WRITE_TAIL,
    ManifestEntry,
    ManifestHeader,
    ManifestReader,
    write_entries,
    write_head,
)
from steelyard.kernel.errors import Invalid

PATHS = st.text(min_size=1, max_size=20).filter(
    lambda path: not path.startswith("/") and ".." not in path.split("/") and "\x00" not in path
)
ENTRIES = st.builds(
    ManifestEntry,
    path=PATHS,
    digest=st.text(max_size=10),
    size_bytes=st.none() | st.integers(0, 2**63 - 1),
    ref=st.none() | st.text(min_size=1, max_size=10),
    birth_artifact_id=st.none() | st.text(min_size=1, max_size=5),
    extra=st.none() | st.just('{"etag":"x","n":[1,2]}'),
)
LISTS = st.lists(ENTRIES, max_size=8, unique_by=lambda entry: entry.path)


def read(text: bytes, piece: int) -> tuple[ManifestHeader, list[ManifestEntry]]:
    reader, found = ManifestReader(), []
    for start in range(0, len(text), piece):
        found += reader.feed(text[start : start + piece])
    return reader.close(), found


def written(entries: list[ManifestEntry], at_a_time: int) -> bytes:
    text, first = write_head(ManifestHeader()), True
    for start in range(0, len(entries), at_a_time):
        text += write_entries(entries[start : start + at_a_time], first=first)
        first = False
    return text + WRITE_TAIL


@given(LISTS, st.integers(1, 40), st.integers(1, 4))
def test_what_is_written_reads_back_in_pieces_of_any_size(entries, piece, at_a_time):
    header, found = read(written(entries, at_a_time), piece)
    assert found == entries
    assert header == ManifestHeader()


@given(LISTS, st.integers(1, 40), st.booleans(), st.permutations(["version", "storagePolicy", "contents", "more"]))
def test_any_order_and_spacing_of_the_top_reads_the_same(entries, piece, indent, order):
    contents = {entry.path: {"digest": entry.digest, "local_path": "/x", "skip_cache": True} for entry in entries}
    top = {"version": 1, "storagePolicy": "wandb-storage-policy-v1", "contents": contents, "more": [1, {"a": None}]}
    text = json.dumps({key: top[key] for key in order}, indent=2 if indent else None, ensure_ascii=not indent)
    header, found = read(text.encode(), piece)
    assert header.version == 1
    assert [(entry.path, entry.digest) for entry in found] == [(entry.path, entry.digest) for entry in entries]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "nonsense",
        '{"version":1}',
        '{"version":2,"storagePolicy":"p","contents":{}}',
        '{"version":1,"contents":{}}',
        '{"version":1,"storagePolicy":"p","contents":[]}',
        '{"version":1,"storagePolicy":"p","contents":{}}}',
        '{"version":1,"storagePolicy":"p","contents":{"a":{}}}',
        '{"version":1,"storagePolicy":"p","contents":{"a":{"digest":"d","size":-1}}}',
        '{"version":1,"storagePolicy":"p","contents":{"a":{"digest":"d","size":"1"}}}',
        '{"version":1,"storagePolicy":"p","contents":{"../a":{"digest":"d"}}}',
        '{"version":1,"storagePolicy":"p","contents":{"a":{"digest":"d"}',
        '{"version":1,"storagePolicy":"p","contents":{},"contents":{}}',
    ],
)
def test_what_is_no_manifest_is_refused(text):
    with pytest.raises(Invalid):
        read(text.encode(), 7)


def test_a_bomb_of_depth_is_refused():
    with pytest.raises(Invalid):
        read(b'{"version":1,"contents":{"a":' + b"[" * 200_000 + b"]" * 200_000, 1 << 16)


def test_an_entry_larger_than_any_real_one_is_refused():
    with pytest.raises(Invalid):
        read(b'{"version":1,"contents":{"a":{"digest":"' + b"x" * (3 << 20), 1 << 16)
