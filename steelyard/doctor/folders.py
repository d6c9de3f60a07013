"""Checks of the data folder: SQLite's file, and objects that lie in a folder."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

from steelyard.doctor.findings import Finding, fail, info, ok, warn
from steelyard.opening import is_of_another_server

_WARN_BYTES, _FAIL_BYTES = 5 << 30, 200 << 20
# Locks of SQLite do not hold there, or only as well as the other machine behaves.
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs", "fuse.glusterfs", "lustre"}


def look_at_data_folder(folder: Path) -> Iterator[Finding]:
    """The folder of SQLite: its database may only be on a disk of this machine."""
    if is_of_another_server(folder):
        yield fail(
            "folder.owner",
            f"{folder} is the volume of a W&B Server container (mysql/ibdata1)",
            "an empty folder, or one of Steelyard",
            "name another folder in STEELYARD_DATA_DIR; nothing was changed",
        )
        return
    writing = look_at_writing("folder.data", folder)
    yield writing
    kind = file_system_of(folder)
    if kind in _NETWORK:
        fix = "put the data folder on a disk of this machine, or use MySQL"
        yield fail("folder.file_system", f"{folder} is on {kind}", "a local disk: SQLite's locks need it", fix)
    else:
        yield ok("folder.file_system", kind or "unknown")


def look_at_writing(id_: str, folder: Path) -> Finding:
    """Write, read and remove a file in the folder, or in the nearest one above it that is there; look at the room."""
    there = next((place for place in (folder, *folder.absolute().parents) if place.exists()), Path("/"))
    if not there.is_dir():
        return fail(id_, f"{there} is a file", f"a folder at {folder}", "name a folder in STEELYARD_DATA_DIR")
    probe = there / f".steelyard-doctor-{token_hex(6)}"
    try:
        probe.write_bytes(b"steelyard")
        read = probe.read_bytes()
        probe.unlink()
    except OSError as error:
        fix = f"give the account of the server (uid {os.geteuid()}, gid {os.getegid()}) the right to write there"
        return fail(id_, f"{there}: {error.strerror}", "a folder that the server may write to", fix)
    if read != b"steelyard":
        return fail(id_, f"{there} gives back other bytes", "a disk that works", "look at the disk and its log")
    return _look_at_room(id_, folder, there)


def _look_at_room(id_: str, folder: Path, there: Path) -> Finding:
    free = shutil.disk_usage(there).free
    seen = f"{folder}, {_gigabytes(free)} free"
    if free < _FAIL_BYTES:
        return fail(
            id_, seen, f"{_gigabytes(_WARN_BYTES)} free", "make room: streams are refused when the disk is full"
        )
    if free < _WARN_BYTES:
        return warn(id_, seen, f"{_gigabytes(_WARN_BYTES)} free", "make room before it is full")
    if there != folder:
        return info(id_, f"{seen}; the folder itself is not there yet", fix="the first start of the server makes it")
    return ok(id_, seen)


def file_system_of(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the kind of file system that holds the folder, empty where the system does not say."""
    try:
        lines = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    place = str(folder.absolute())
    best = ("", "")
    for _, point, kind, *_ in lines:
        where = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point)
        if (place + "/").startswith(where.rstrip("/") + "/") and len(where) >= len(best[0]):
            best = where, kind
    return best[1]


def _gigabytes(size: int) -> str:
    return f"{size / (1 << 30):.1f} GB"
