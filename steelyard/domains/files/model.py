"""A file of a run, and the rules of its name."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from datetime import datetime

from steelyard.kernel.errors import Invalid
from steelyard.ports.team_buckets import in_bucket, split_key

NAME_MAX = 4096
_DOCUMENTS = {"text/html", "application/xhtml+xml", "text/xsl"}
# What Debian's type table lacks and experiment trackers store.
_TYPES = {
    ".jsonl": "application/x-ndjson",
    ".log": "text/plain",
    ".yaml": "text/yaml",
    ".yml": "text/yaml",
    ".md": "text/markdown",
    ".glb": "model/gltf-binary",
    ".gltf": "model/gltf+json",
    ".obj": "model/obj",
    ".stl": "model/stl",
    ".pdb": "chemical/x-pdb",
    ".webp": "image/webp",
    ".mkv": "video/x-matroska",
    ".npz": "application/octet-stream",
}


@dataclass(frozen=True)
class RunFile:
    """`id` is None for a name that was only asked for: a handle to upload to."""

    id: int | None
    run_id: int
    name: str
    object_key: str
    mimetype: str
    size_bytes: int
    md5: str
    uploaded_at: datetime | None

    @property
    def display_name(self) -> str:
        return self.name

    @property
    def digest(self) -> str:
        return self.md5

    @property
    def updated_at(self) -> datetime | None:
        return self.uploaded_at


Dead = tuple[str, int | None]
"""An object that no row leads to any more: its key, and its size if it was ever seen in the store."""


@dataclass(frozen=True)
class Purge:
    """What is to be deleted from the store from `due_at` on: all below `prefix`, or the one object of that key."""

    id: int
    prefix: str
    is_prefix: bool
    size_bytes: int | None
    due_at: datetime


def clean_name(name: str) -> str:
    """Return `name` without a leading `./` and with single forward slashes.

    Raises `Invalid` for absolute names, `..`, and anything else that is no name below the run's folder. A backslash
    may be part of a name, but whoever downloads on Windows must not climb by it either.
    """
    cleaned = name.removeprefix("./")
    parts = cleaned.split("/")
    climbs = ".." in cleaned.replace("\\", "/").split("/")
    if (
        not cleaned
        or len(cleaned) > NAME_MAX
        or climbs
        or any(part in {"", "."} for part in parts)
        or "\x00" in cleaned
    ):
        raise Invalid(f"{name[:200]!r} is not a file name below the run's folder")
    return cleaned


def name_digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def guess_type(name: str) -> str:
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    return _TYPES.get(ending) or mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"


def is_document(mimetype: str) -> bool:
    """Tell of types that a browser may open as a page with scripts: only our own route can put them into a sandbox."""
    return mimetype in _DOCUMENTS or mimetype.endswith(("+xml", "/xml"))


def handle(bucket: str, run_id: int, name: str) -> RunFile:
    """Return the file that would stand under `name`, without any content."""
    return RunFile(None, run_id, name, object_key(bucket, run_id, name), guess_type(name), 0, "", None)


def object_key(bucket: str, run_id: int, name: str) -> str:
    return f"{run_prefix(bucket, run_id)}{name_digest(name)}"


def run_prefix(bucket: str, run_id: int) -> str:
    """Return what the keys of all files of a run begin with."""
    return in_bucket(bucket, f"runs/{run_id}/")


def is_run_key(key: str) -> bool:
    """Tell whether the object belongs to a file of a run."""
    return split_key(key)[1].startswith("runs/")


def key_parts(key: str) -> tuple[int, str]:
    """Return run and name digest of an `object_key`."""
    _, run_id, digest = split_key(key)[1].split("/")
    return int(run_id), digest
