"""Percent-encoding as operators write it: decoded where it can be, taken as it stands where it cannot."""

from __future__ import annotations

import re
from urllib.parse import unquote

_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


def decoded(text: str) -> str:
    """Return `text` without its escapes; a raw secret with a lone `%`, or that is no UTF-8, stays as it is."""
    if _BROKEN.search(text):
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def options_of(text: str) -> tuple[str, dict[str, str]]:
    """Split what follows the account of a URL into its place and its options.

    Old set-ups repeat the question mark (`?region=x?tls=true`). Values are decoded, names are lower case with `-`.
    """
    place, *pairs = re.split(r"[?&]", text)
    found = (pair.partition("=") for pair in pairs if pair)
    return place, {name.lower().replace("_", "-"): decoded(value) for name, _, value in found}
