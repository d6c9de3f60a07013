"""Addresses of the media that cells of a table name: files beside the table, in other versions, or of the run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from steelyard.columnar.tables.cells import media_paths
from steelyard.context import Context
from steelyard.domains.artifacts import downloads
from steelyard.domains.artifacts.model import Artifact
from steelyard.domains.history.media import sign_paths
from steelyard.domains.runs.model import Run
from steelyard.domains.tables.locating import REFERENCES, follow
from steelyard.domains.tables.model import Located
from steelyard.kernel.errors import Invalid, NotFound

# Files of one answer; cells beyond show their type and name.
PATHS_MAX = 2_000
# Entries that refer to entries of other versions, in one answer.
_FOLLOWED_MAX = 200


async def sign_media(ctx: Context, located: Located, rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """Return path → signed URL of the media in these cells, as far as the files are there and the caller's to see.

    References that lead out of this server keep their own address.
    """
    named = (path for row in rows for cell in row if _is_media(cell) for path in media_paths(cell))
    paths = list(dict.fromkeys(named))[:PATHS_MAX]
    urls: dict[str, str] = {}
    for home in located.homes:
        urls |= await _of_version(ctx, home, [path for path in paths if path not in urls])
    if located.run is not None:
        own = [path for path in paths if path not in urls and path.startswith("media/")]
        urls |= await _of_run(ctx, located.run, own)
    for path in [path for path in paths if path not in urls and path.startswith(REFERENCES)][:_FOLLOWED_MAX]:
        urls |= await _of_reference(ctx, path, path)
    return urls


def _is_media(cell: Any) -> bool:
    return isinstance(cell, dict) and isinstance(cell.get("_type"), str)


async def _of_version(ctx: Context, home: Artifact, paths: Sequence[str]) -> dict[str, str]:
    found = {item.entry.path: item for item in await downloads.find_files(ctx, home, paths)}
    urls = {path: item.url for path, item in found.items() if item.url and not item.url.startswith(REFERENCES)}
    references = [(path, item.url) for path, item in found.items() if item.url.startswith(REFERENCES)]
    for path, uri in references[:_FOLLOWED_MAX]:
        urls |= await _of_reference(ctx, path, uri)
    return urls


async def _of_reference(ctx: Context, path: str, uri: str) -> dict[str, str]:
    try:
        artifact, inner = await follow(ctx, uri)
    except NotFound:
        return {}
    found = await downloads.find_files(ctx, artifact, [inner])
    urls = [item.url for item in found if item.url and not item.url.startswith(REFERENCES)]
    return {path: urls[0]} if urls else {}


async def _of_run(ctx: Context, run: Run, paths: Collection[str]) -> dict[str, str]:
    try:
        return await sign_paths(ctx, run, paths)
    except Invalid:
        # a path that is no name of a file
        return {}
