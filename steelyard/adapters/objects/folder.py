"""The folder's format: a file per object, its bytes first and then a note of what they are (docs/adr/0008-folder.md).

All here blocks on the disk: callers are in a thread. Keys are stored under the SHA-256 of the key, so that any Unicode
name of any length fits any file system; the key itself stands in the note.
"""

from __future__ import annotations

import base64
import os
import shutil
import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import orjson

from steelyard.adapters.objects.multipart import etag_of_parts
from steelyard.kernel.errors import NotFound
from steelyard.ports.objects import StoredObject

_MAGIC = b"STEELY2\n"
_TRAILER = struct.Struct(">I8s")
# Holds any note but that of an object of many parts.
_TAIL_BYTES = 4096
_SUFFIX = ".object"


@dataclass(frozen=True)
class Part:
    """A part that an object is made of, or that waits to become one."""

    number: int
    md5_hex: str
    size_bytes: int

    @property
    def name(self) -> str:
        return f"{self.number:05}-{self.md5_hex}"


@dataclass(frozen=True)
class Note:
    """What is known of an object. One that came in parts has an empty file, and its bytes in the parts' own files."""

    key: str
    size_bytes: int
    md5: bytes | None = None
    upload_id: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def etag(self) -> str:
        if self.parts:
            return etag_of_parts([part.md5_hex for part in self.parts])
        return f'"{self.md5.hex()}"' if self.md5 else ""

    def encode(self) -> bytes:
        """Return what follows the bytes in the object's file."""
        fields: dict[str, Any] = {"key": self.key, "size": self.size_bytes}
        if self.md5 is not None:
            fields["md5"] = base64.b64encode(self.md5).decode()
        if self.parts:
            fields["upload"] = self.upload_id
            fields["parts"] = [[part.number, part.md5_hex, part.size_bytes] for part in self.parts]
        text = orjson.dumps(fields)
        return text + _TRAILER.pack(len(text), _MAGIC)


def _decode(text: bytes) -> Note:
    fields = orjson.loads(text)
    md5 = base64.b64decode(fields["md5"]) if fields.get("md5") else None
    parts = tuple(Part(*item) for item in fields.get("parts", ()))
    return Note(fields["key"], fields["size"], md5, fields.get("upload", ""), parts)


class Reading:
    """An object open for reading: what replaces it meanwhile is not seen."""

    def __init__(self, handle: int, note: Note, modified_at: datetime, parts: Path) -> None:
        self.note = note
        self.stored = StoredObject(note.key, note.size_bytes, modified_at, note.md5, note.etag)
        self._handle = handle
        self._parts = parts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._handle)

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes of the range as far as there are any: the system gives 2 GB at most at a time."""
        pieces: list[bytes] = []
        for handle, offset, count in self.pieces(start, min(end, self.note.size_bytes)):
            got = 0
            while got < count and (piece := os.pread(handle, count - got, offset + got)):
                pieces.append(piece)
                got += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield open file, offset and count of what the range lies in. A file is open until the next is asked for."""
        if not self.note.parts:
            yield self._handle, start, max(end - start, 0)
            return
        place = 0
        for part in self.note.parts:
            first, last = max(start, place), min(end, place + part.size_bytes)
            if first < last:
                handle = os.open(self._parts / self.note.upload_id / part.name, os.O_RDONLY)
                try:
                    yield handle, first - place, last - first
                finally:
                    os.close(handle)
            place += part.size_bytes


class Folder:
    """Objects below `root`. `tmp` is for what is being written, `parts` has a folder for each upload in parts."""

    def __init__(self, root: Path) -> None:
        self._objects = root / "objects"
        self.tmp, self.parts = root / "tmp", root / "parts"
        self.tmp.mkdir(parents=True, exist_ok=True)

    def open(self, key: str) -> Reading | None:
        """Return the object; whoever asks closes it. None when it is not there."""
        path = self.path_of(key)
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return self._open_old(path, key)
        try:
            status = os.fstat(handle)
            note = _read_note(handle, status.st_size)
        except BaseException:
            os.close(handle)
            raise
        if note is None:
            os.close(handle)
            return None
        return Reading(handle, note, datetime.fromtimestamp(status.st_mtime, UTC), self.parts)

    def _open_old(self, path: Path, key: str) -> Reading | None:
        """Open an object of the first format: bytes alone in the file, the note in another beside it."""
        path = path.with_suffix("")
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            status = os.fstat(handle)
            fields = orjson.loads(path.with_suffix(".json").read_bytes())
        except FileNotFoundError:
            os.close(handle)
            return None
        md5 = base64.b64decode(fields["md5"]) if fields["size"] == status.st_size else None
        note = Note(key, status.st_size, md5)
        return Reading(handle, note, datetime.fromtimestamp(status.st_mtime, UTC), self.parts)

    def stat(self, key: str) -> StoredObject | None:
        found = self.open(key)
        if found is None:
            return None
        with found:
            return found.stored

    def path_of(self, key: str) -> Path:
        name = sha256(key.encode()).hexdigest()
        return self._objects / name[:2] / f"{name[2:]}{_SUFFIX}"

    def delete(self, key: str) -> None:
        path = self.path_of(key)
        old = path.with_suffix("")
        # What is read first goes last: nothing of long ago shows again when we end in between.
        old.with_suffix(".json").unlink(missing_ok=True)
        old.unlink(missing_ok=True)
        found = self.open(key)
        if found is None:
            return
        with found:
            path.unlink(missing_ok=True)
            if found.note.parts:
                shutil.rmtree(self.parts / found.note.upload_id, ignore_errors=True)

    def walk(self) -> Iterator[str]:
        """Yield the keys of all objects, in no order."""
        for path in sorted(self._objects.glob("*/*")):
            if path.suffix == ".json" and not path.with_suffix(_SUFFIX).exists():
                yield orjson.loads(path.read_bytes())["key"]
            elif path.suffix == _SUFFIX:
                with path.open("rb") as file:
                    note = _read_note(file.fileno(), os.fstat(file.fileno()).st_size)
                if note is not None:
                    yield note.key


class Arriving:
    """A file being written. It shows nowhere before `place`, which may come once; `drop` is always right."""

    def __init__(self, folder: Folder) -> None:
        self._path = folder.tmp / uuid.uuid4().hex
        self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)

    def append(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._handle, rest) :]

    def place(self, path: Path) -> datetime:
        """Make the file durable as `path`, replacing what was there. Raises `FileNotFoundError` without its folder."""
        os.fsync(self._handle)
        modified_at = datetime.fromtimestamp(os.fstat(self._handle).st_mtime, UTC)
        self._path.replace(path)
        sync_folder(path.parent)
        return modified_at

    def drop(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        self._path.unlink(missing_ok=True)


def publish(folder: Folder, arriving: Arriving, note: Note) -> StoredObject:
    """Make what arrived the object that the note tells of."""
    path = folder.path_of(note.key)
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(path.parent.parent)
    arriving.append(note.encode())
    return StoredObject(note.key, note.size_bytes, arriving.place(path), note.md5, note.etag)


def read_ranges(found: Reading, ranges: list[tuple[int, int]]) -> list[bytes]:
    """Return the bytes of each range. Raises `NotFound` when the object ends before one does."""
    parts = [found.read(start, end) for start, end in ranges]
    if any(len(part) < end - start for part, (start, end) in zip(parts, ranges, strict=True)):
        raise NotFound("the object ends before the range asked for")
    return parts


def sync_folder(path: Path) -> None:
    """Make the names in the folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear(folder: Path, before: float) -> None:
    """Delete the files of `folder` last written before that time; others may be doing the same."""
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < before:
                path.unlink()
        except FileNotFoundError:
            continue


def _read_note(handle: int, size_bytes: int) -> Note | None:
    """Return the note at the end of a file; None for a file that is not whole, or not ours."""
    tail = os.pread(handle, _TAIL_BYTES, max(size_bytes - _TAIL_BYTES, 0))
    if len(tail) < _TRAILER.size:
        return None
    length, magic = _TRAILER.unpack_from(tail, len(tail) - _TRAILER.size)
    if magic != _MAGIC:
        return None
    if length + _TRAILER.size > len(tail):
        tail = os.pread(handle, length + _TRAILER.size, max(size_bytes - length - _TRAILER.size, 0))
    return _decode(tail[len(tail) - _TRAILER.size - length : -_TRAILER.size])
