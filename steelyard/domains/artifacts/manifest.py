"""Manifest files, version 1 (docs/protocol/artifacts.md, manifest): read in pieces and written in pieces.

A manifest may list a million files, so neither way holds it whole: memory is bounded by one piece and one entry.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from steelyard.domains.artifacts.rules import check_entry_path
from steelyard.kernel.errors import Invalid, TooLarge

STORAGE_POLICY = "wandb-storage-policy-v1"
# One entry, or the header's largest part: paths are 4096 characters at most, the rest is metadata of a reference.
_VALUE_MAX = 1 << 20
_ENTRIES_MAX = 10_000_000


@dataclass(frozen=True)
class ManifestEntry:
    """One file or reference. `digest` is as the client wrote it; `extra` is JSON text."""

    path: str
    digest: str
    size_bytes: int | None = None
    ref: str | None = None
    birth_artifact_id: str | None = None
    extra: str | None = None


@dataclass(frozen=True)
class ManifestHeader:
    version: int = 1
    storage_policy: str = STORAGE_POLICY
    storage_policy_config: Mapping[str, Any] = field(default_factory=lambda: {"storageLayout": "V2"})


class _Starved(Exception):
    pass


class ManifestReader:
    """Takes a manifest piece by piece. Raises `Invalid` for what is no manifest, `TooLarge` beyond 10 million entries.

    reader = ManifestReader()
    for piece in pieces:
        store(reader.feed(piece))
    header = reader.close()
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._top: dict[str, Any] = {}
        self._state = "start"
        self._count = 0

    def feed(self, data: bytes) -> list[ManifestEntry]:
        """Return the entries that are complete with `data`. Works on the processor for as long as `data` is long."""
        try:
            self._text = self._text[self._at :] + self._decoder.decode(data)
        except UnicodeDecodeError as error:
            raise Invalid("the manifest is not UTF-8") from error
        self._at = 0
        if self._state == "end" and self._text.strip():
            raise Invalid("the manifest goes on after its end")
        found: list[ManifestEntry] = []
        while self._state != "end":
            before = self._at
            try:
                self._step(found)
            except _Starved:
                self._at = before
                if len(self._text) - before > _VALUE_MAX:
                    raise Invalid("the manifest is not valid JSON, or one of its entries is too large") from None
                break
        self._count += len(found)
        if self._count > _ENTRIES_MAX:
            raise TooLarge(f"the manifest lists more than {_ENTRIES_MAX} files")
        return found

    def close(self) -> ManifestHeader:
        """Return the header once everything was fed."""
        if self._state != "end" or self._text[self._at :].strip():
            raise Invalid("the manifest is not complete JSON")
        top = self._top
        if top.get("version") != 1 or "contents" not in top:
            raise Invalid("the manifest is not of version 1")
        policy, config = top.get("storagePolicy"), top.get("storagePolicyConfig")
        if not isinstance(policy, str) or not isinstance(config or {}, dict):
            raise Invalid("the manifest names no storage policy")
        return ManifestHeader(1, policy, config or {})

    def _step(self, found: list[ManifestEntry]) -> None:
        """Take one thing. Nothing is kept before all of it is there: `_Starved` undoes the step."""
        if self._state == "start":
            self._expect("{")
            self._state = "first key"
        elif self._state == "after contents":
            self._state = "key" if self._delimiter() else "end"
        elif self._state.startswith("first") and self._peek() == "}":
            self._at += 1
            self._state = "end" if self._state == "first key" else "after contents"
        elif self._state.endswith("entry"):
            path, value, more = self._member()
            found.append(read_entry(path, value))
            self._state = "entry" if more else "after contents"
        else:
            self._top_member()

    def _top_member(self) -> None:
        start, key = self._at, self._key()
        if key == "contents":
            self._expect("{")
            if key in self._top:
                raise Invalid("the manifest has two lists of contents")
            self._top[key] = True
            self._state = "first entry"
            return
        self._at = start
        key, value, more = self._member()
        self._top[key] = value
        self._state = "key" if more else "end"

    def _key(self) -> str:
        key = self._value()
        if not isinstance(key, str):
            raise Invalid("the manifest is not a JSON object")
        self._expect(":")
        return key

    def _member(self) -> tuple[str, Any, bool]:
        """Take `"key": value` with what follows: True for a comma, False for the closing brace."""
        key = self._key()
        value = self._value()
        return key, value, self._delimiter()

    def _delimiter(self) -> bool:
        """Take a comma (True) or the closing brace (False)."""
        char = self._peek()
        if char not in ",}":
            raise Invalid("the manifest is not valid JSON")
        self._at += 1
        return char == ","

    def _peek(self) -> str:
        while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
            self._at += 1
        if self._at == len(self._text):
            raise _Starved
        return self._text[self._at]

    def _expect(self, char: str) -> None:
        if self._peek() != char:
            raise Invalid("the manifest is not a JSON object of version 1")
        self._at += 1

    def _value(self) -> Any:
        self._peek()
        try:
            value, end = self._scan(self._text, self._at)
        except json.JSONDecodeError:
            raise _Starved from None
        except RecursionError:
            raise Invalid("the manifest nests too deeply") from None
        if end == len(self._text):
            raise _Starved  # a number may go on in the next piece
        self._at = end
        return value


def read_entry(path: str, value: Any) -> ManifestEntry:
    """Return one entry of `contents`. Raises `Invalid`, naming the path."""
    if not isinstance(value, dict) or not isinstance(value.get("digest"), str):
        raise Invalid(f"the manifest's entry {path[:200]!r} has no digest")
    size, extra = value.get("size"), value.get("extra")
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 1 << 63):
        raise Invalid(f"the manifest's entry {path[:200]!r} has no valid size")
    return ManifestEntry(
        path=check_entry_path(path),
        digest=value["digest"],
        size_bytes=size,
        ref=_text(path, value, "ref"),
        birth_artifact_id=_text(path, value, "birthArtifactID"),
        extra=json.dumps(extra, separators=(",", ":")) if extra else None,
    )


def _text(path: str, value: dict[str, Any], key: str) -> str | None:
    found = value.get(key)
    if found is not None and not isinstance(found, str):
        raise Invalid(f"the manifest's entry {path[:200]!r} has a {key} that is no text")
    return found or None


def write_head(header: ManifestHeader) -> bytes:
    """Return the beginning of a manifest file, up to the first entry."""
    top = {
        "version": header.version,
        "storagePolicy": header.storage_policy,
        "storagePolicyConfig": dict(header.storage_policy_config),
    }
    return (json.dumps(top, separators=(",", ":"))[:-1] + ',"contents":{').encode()


def write_entries(entries: Iterable[ManifestEntry], *, first: bool) -> bytes:
    """Return a piece of the middle; `first` tells that nothing precedes it."""
    text = ",".join(_entry_text(entry) for entry in entries)
    return (text if first or not text else "," + text).encode()


WRITE_TAIL = b"}}"


def _entry_text(entry: ManifestEntry) -> str:
    value: dict[str, Any] = {"digest": entry.digest}
    optional = (("size", entry.size_bytes), ("ref", entry.ref), ("birthArtifactID", entry.birth_artifact_id))
    value |= {key: item for key, item in optional if item is not None}
    if entry.extra:
        value["extra"] = json.loads(entry.extra)
    return f"{json.dumps(entry.path)}:{json.dumps(value, separators=(',', ':'))}"
