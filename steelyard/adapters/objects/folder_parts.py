"""Uploads to the folder in parts. Each has a folder of its own with a file per part, which stays where it is:

completing an upload writes one small file, the object that names them. So it takes no time, no room, and happens whole
or not at all. An upload is unfinished as long as no object names it. All here blocks: callers are in a thread.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import orjson

from steelyard.adapters.objects.folder import Arriving, Folder, Note, Part, sync_folder
from steelyard.adapters.objects.multipart import check_list, md5_of_etag
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.objects import PartAddress, StoredObject, Unfinished

_ID = re.compile(r"[0-9a-f]{32}")
_NO_UPLOAD = "there is no such upload"
# Says whose the upload is, and is what those lock who complete or abort it.
_BEGUN = "begun.json"


def start(folder: Folder, key: str) -> str:
    upload_id = uuid.uuid4().hex
    parts = Path(folder.parts)
    parts.mkdir(exist_ok=True)
    # Made elsewhere and moved, so that a folder of an upload always says whose it is.
    made = Path(folder.tmp) / upload_id
    made.mkdir()
    begun = Arriving(folder)
    try:
        begun.append([orjson.dumps({"key": key})])
        begun.place(str(made), _BEGUN)
    finally:
        begun.drop()
    made.rename(parts / upload_id)
    sync_folder(folder.parts)
    sync_folder(str(parts.parent))
    return upload_id


def place_part(folder: Folder, part: PartAddress, md5_hex: str, arriving: Arriving) -> None:
    """Make what arrived a part of the upload. Raises `NotFound` when there is no such upload."""
    place = _find(folder, part.key, part.upload_id)
    if place is None:
        raise NotFound(_NO_UPLOAD)
    try:
        arriving.place(str(place), Part(part.number, md5_hex, 0).name)
    except FileNotFoundError:
        raise NotFound(_NO_UPLOAD) from None


def complete(folder: Folder, key: str, upload_id: str, listed: Sequence[tuple[int, str]]) -> StoredObject:
    check_list(listed)
    with _locked(folder, key, upload_id) as place:
        done = _completed(folder, key, upload_id)
        if done is not None:
            if [(part.number, part.md5_hex) for part in done] != [(n, md5_of_etag(etag)) for n, etag in listed]:
                raise Invalid("the upload was completed with other parts")
            stored = folder.stat(key)
            assert stored is not None, "it was just read, and the upload is locked"
            return stored
        if place is None:
            raise Invalid(_NO_UPLOAD)
        parts = tuple(_find_part(place, number, etag) for number, etag in listed)
        stored = _write(folder, Note(key, sum(part.size_bytes for part in parts), None, upload_id, parts))
        _drop_others(place, {_BEGUN, *(part.name for part in parts)})
        return stored


def _write(folder: Folder, note: Note) -> StoredObject:
    arriving = Arriving(folder)
    try:
        return folder.store(arriving, note)
    finally:
        arriving.drop()


def _find_part(place: Path, number: int, etag: str) -> Part:
    digest = md5_of_etag(etag)
    try:
        return Part(number, digest or "", (place / Part(number, digest or "", 0).name).stat().st_size)
    except FileNotFoundError:
        raise Invalid(f"part {number} is missing, or has another ETag than {etag}") from None


def _drop_others(place: Path, wanted: set[str]) -> None:
    """Delete parts that were sent again with other content, or never listed."""
    for path in place.iterdir():
        if path.name not in wanted:
            path.unlink(missing_ok=True)


def abort(folder: Folder, key: str, upload_id: str) -> None:
    with _locked(folder, key, upload_id) as place:
        if place is not None and _completed(folder, key, upload_id) is None:
            # Away at once, as a whole: nobody finds an upload that lacks some of its parts.
            gone = Path(folder.tmp) / f"{upload_id}.aborted"
            place.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)


def unfinished(folder: Folder, prefix: str, before: datetime) -> Iterator[Unfinished]:
    parts = Path(folder.parts)
    for place in sorted(parts.iterdir()) if parts.exists() else []:
        begun = place / _BEGUN
        with suppress(FileNotFoundError):
            started_at = datetime.fromtimestamp(begun.stat().st_mtime, UTC)
            key = orjson.loads(begun.read_bytes())["key"]
            if started_at < before and key.startswith(prefix) and _completed(folder, key, place.name) is None:
                yield Unfinished(key, place.name, started_at)


def _find(folder: Folder, key: str, upload_id: str) -> Path | None:
    """Return the folder of the upload, if it is one of this key."""
    if not _ID.fullmatch(upload_id):
        return None
    place = Path(folder.parts) / upload_id
    try:
        begun = orjson.loads((place / _BEGUN).read_bytes())
    except FileNotFoundError:
        return None
    return place if begun["key"] == key else None


def _completed(folder: Folder, key: str, upload_id: str) -> tuple[Part, ...] | None:
    """Return the parts of the object that the upload has become; None as long as it has not."""
    found = folder.open(key)
    if found is None:
        return None
    with found:
        return found.note.parts if found.note.upload_id == upload_id else None


@contextmanager
def _locked(folder: Folder, key: str, upload_id: str) -> Iterator[Path | None]:
    """Yield the upload's folder while nobody else completes or aborts it, in any process; None without one."""
    place = _find(folder, key, upload_id)
    try:
        handle = os.open(place / _BEGUN, os.O_RDONLY) if place else -1
    except FileNotFoundError:
        place, handle = None, -1
    if place is None:
        yield None
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Whoever held the lock may have aborted it.
        yield place if place.exists() else None
    finally:
        os.close(handle)
