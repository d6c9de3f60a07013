"""The stored files that a media value names, and URLs to them (docs/protocol/ingest.md, media dict shapes)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from steelyard.context import Context
from steelyard.domains.files import service as files
from steelyard.domains.files.model import RunFile
from steelyard.domains.history.branches.archives import find_parent
from steelyard.domains.runs.model import AnyRun

# Lists of paths stand beside single ones: `filenames` of a group of images.
_PATHS = {"path", "filename"}
_PATH_LISTS = {"filenames", "paths"}
_MEDIA = "media/"
# A list of scenes names its files without their folder.
_OBJECTS_3D, _FOLDER_3D = "object3D", "media/object3D/"
# Forks of forks whose files are looked for.
GENERATIONS_MAX = 20


def find_paths(value: Any) -> Iterator[str]:
    """Yield every run file that the value names, also inside masks and boxes."""
    if isinstance(value, dict):
        if value.get("_type") == _OBJECTS_3D and isinstance(names := value.get("filenames"), list):
            yield from (
                f"{_FOLDER_3D}{name}" for name in names if isinstance(name, str) and not name.startswith(_MEDIA)
            )
        for key, item in value.items():
            if key in _PATHS and isinstance(item, str) and item.startswith(_MEDIA):
                yield item
            elif key in _PATH_LISTS and isinstance(item, list):
                yield from (path for path in item if isinstance(path, str) and path.startswith(_MEDIA))
            else:
                yield from find_paths(item)
    elif isinstance(value, list):
        for item in value:
            yield from find_paths(item)


async def sign_paths(ctx: Context, run: AnyRun, paths: Collection[str]) -> dict[str, str]:
    """Return path → signed URL for those that have been stored."""
    found = await find_stored(ctx, run, paths)
    return {path: await files.download_url(ctx, item) for path, item in found.items()}


async def find_stored(ctx: Context, run: AnyRun, paths: Collection[str]) -> dict[str, RunFile]:
    """Return path → file for those that have been stored; a fork's first rows name files of its parent."""
    found = await _find_own(ctx, run, paths)
    for _ in range(GENERATIONS_MAX):
        missing = set(paths) - found.keys()
        parent = await find_parent(ctx, run) if missing else None
        if parent is None:
            break
        run = parent
        found |= await _find_own(ctx, run, missing)
    return found


async def _find_own(ctx: Context, run: AnyRun, paths: Collection[str]) -> dict[str, RunFile]:
    if not paths:
        return {}
    found = await files.find_files(ctx, run, sorted(path for path in paths if ".." not in path.split("/")))
    return {item.name: item for item in found if item.uploaded_at is not None}
