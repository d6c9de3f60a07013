"""The folder's format: a file per object, its bytes first and then a note of what they are (docs/adr/0008-folder.md).

Keys are stored under the SHA-256 of the key, so that any Unicode name of any length fits any file system; the key
itself stands in the note. All here blocks on the disk: callers are in a thread. What every small object goes through
has paths as texts: making `Path` objects would cost as much as the calls of the system.
"""

from __future__ import annotations

import base64
import os
import shutil
import struct
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
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
# What one call of the system takes.
_VECTOR_MAX = 1024


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

    def __init__(self, handle: int, note: Note, modified_at: datetime, parts: str) -> None:
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

    def pieces(self, start: int, end: int) -> Generator[tuple[int, int, int]]:
        """Yield open file, offset and count of what the range lies in. A file is open until the next is asked for."""
        if not self.note.parts:
            if start < end:
                yield self._handle, start, end - start
            return
        place = 0
        for part in self.note.parts:
            first, last = max(start, place), min(end, place + part.size_bytes)
            if first < last:
                handle = os.open(f"{self._parts}/{self.note.upload_id}/{part.name}", os.O_RDONLY)
                try:
                    yield handle, first - place, last - first
                finally:
                    os.close(handle)
            place += part.size_bytes


class Folder:
    """Objects below `root`. `tmp` is for what is being written, `parts` has a folder for each upload in parts."""

    def __init__(self, root: Path) -> None:
        self._objects = str(root / "objects")
        self.tmp, self.parts = str(root / "tmp"), str(root / "parts")
        Path(self.tmp).mkdir(parents=True, exist_ok=True)
        # Folders of objects that are known to outlive a power cut.
        self._durable: set[str] = set()

    def place_of(self, key: str) -> tuple[str, str]:
        """Return the folder and the name of the object's file."""
        name = sha256(key.encode()).hexdigest()
        return f"{self._objects}/{name[:2]}", f"{name[2:]}{_SUFFIX}"

    def open(self, key: str) -> Reading | None:
        """Return the object; whoever asks closes it. None when it is not there."""
        path = "/".join(self.place_of(key))
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return self._open_old(path.removesuffix(_SUFFIX), key)
        try:
            status = os.fstat(handle)
            note = _read_note(handle, status.st_size)
        except BaseException:
            os.close(handle)
            raise
        if note is None:
            os.close(handle)
            return None
        return Reading(handle, note, _moment(status.st_mtime), self.parts)

    def _open_old(self, path: str, key: str) -> Reading | None:
        """Open an object of the first format: bytes alone in the file, the note in another beside it."""
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            status = os.fstat(handle)
            fields = orjson.loads(Path(f"{path}.json").read_bytes())
        except FileNotFoundError:
            os.close(handle)
            return None
        md5 = base64.b64decode(fields["md5"]) if fields["size"] == status.st_size else None
        return Reading(handle, Note(key, status.st_size, md5), _moment(status.st_mtime), self.parts)

    def stat(self, key: str) -> StoredObject | None:
        found = self.open(key)
        if found is None:
            return None
        with found:
            return found.stored

    def store(self, arriving: Arriving, note: Note) -> StoredObject:
        """Make what arrived the object that the note tells of."""
        folder, name = self.place_of(note.key)
        self._make_durable(folder)
        arriving.append([note.encode()])
        try:
            modified_at = arriving.place(folder, name)
        except FileNotFoundError:  # somebody tidied empty folders away
            self._durable.discard(folder)
            self._make_durable(folder)
            modified_at = arriving.place(folder, name)
        return StoredObject(note.key, note.size_bytes, modified_at, note.md5, note.etag)

    def _make_durable(self, folder: str) -> None:
        if folder not in self._durable:
            Path(folder).mkdir(parents=True, exist_ok=True)
            sync_folder(self._objects)
            self._durable.add(folder)

    def delete(self, key: str) -> None:
        folder, name = self.place_of(key)
        path = Path(folder, name)
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
                shutil.rmtree(f"{self.parts}/{found.note.upload_id}", ignore_errors=True)

    def folders(self) -> list[str]:
        """Return the folders that `walk` goes through one by one: some hundreds, however many objects there are."""
        return sorted(str(path) for path in Path(self._objects).glob("*"))

    def walk(self, folder: str) -> Iterator[str]:
        """Yield the keys of all objects in one of the `folders`, in no order."""
        for path in sorted(Path(folder).glob("*")):
            try:
                key = _key_at(path)
            except FileNotFoundError:  # deleted meanwhile
                continue
            if key is not None:
                yield key


def _key_at(path: Path) -> str | None:
    """Return the key of the object that the file is, or of the first format the note; None for all else."""
    if path.suffix == ".json" and not path.with_suffix(_SUFFIX).exists():
        return str(orjson.loads(path.read_bytes())["key"])
    if path.suffix != _SUFFIX:
        return None
    with path.open("rb") as file:
        note = _read_note(file.fileno(), os.fstat(file.fileno()).st_size)
    return note.key if note else None


class Arriving:
    """A file being written. It shows nowhere before `place`, which comes once; `drop` is always right."""

    def __init__(self, folder: Folder) -> None:
        self._path = f"{folder.tmp}/{token_hex(16)}"
        self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        self._size = 0

    def append(self, parts: Sequence[bytes | memoryview]) -> None:
        """Write the parts at the end."""
        for first in range(0, len(parts), _VECTOR_MAX):
            self._append(parts[first : first + _VECTOR_MAX])

    def _append(self, parts: Sequence[bytes | memoryview]) -> None:
        wanted = sum(map(len, parts))
        written = os.writev(self._handle, parts)
        if written < wanted:
            # A call gives up at 2 GB, and on a full disk, where the next one says so.
            rest = memoryview(b"".join(parts))[written:]
            while rest:
                rest = rest[os.write(self._handle, rest) :]
        self._size += wanted

    def begin_flush(self, start: int) -> None:
        """Let the disk begin with what was written from `start` on, so that little is left to wait for at the end."""
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._handle, start, self._size - start, os.POSIX_FADV_DONTNEED)

    @property
    def size(self) -> int:
        return self._size

    def place(self, folder: str, name: str) -> datetime:
        """Make the file durable as `name`, replacing what was there. Raises `FileNotFoundError` without its folder."""
        os.fsync(self._handle)
        modified_at = _moment(os.fstat(self._handle).st_mtime)
        os.replace(self._path, f"{folder}/{name}")  # noqa: PTH105 - as above
        self._path = ""
        sync_folder(folder)
        return modified_at

    def drop(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        if self._path:
            Path(self._path).unlink(missing_ok=True)
            self._path = ""


def read_ranges(found: Reading, ranges: list[tuple[int, int]]) -> list[bytes]:
    """Return the bytes of each range. Raises `NotFound` when the object ends before one does."""
    parts = [found.read(start, end) for start, end in ranges]
    if any(len(part) < end - start for part, (start, end) in zip(parts, ranges, strict=True)):
        raise NotFound("the object ends before the range asked for")
    return parts


def sync_folder(path: str) -> None:
    """Make the names in the folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear(folder: str, before: float) -> None:
    """Delete what nobody in `folder` has written to since that time; others may be doing the same."""
    for path in Path(folder).iterdir():
        try:
            if path.stat().st_mtime >= before:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        except FileNotFoundError:
            continue


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


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
