"""What browsers are told to do with a file: show it, or save it and under which name."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import quote

# Types a browser may show by itself; all others are saved.
_INLINE = ("image/", "audio/", "video/", "application/json", "application/pdf")
_INLINE_TEXTS = {f"text/{kind}" for kind in ("plain", "html", "csv", "markdown", "yaml", "x-python", "x-diff")}


def disposition(kind: str, filename: str) -> str:
    """Return the value of Content-Disposition for a file of that type; only the last part of its name counts."""
    shown = "inline" if kind.startswith(_INLINE) or kind.partition(";")[0] in _INLINE_TEXTS else "attachment"
    return f"{shown}; filename*=UTF-8''{quote(PurePosixPath(filename).name, safe='')}"
