"""Reads the banners of the web app: `{"name": {"type": "warning", "heading": "…", "message": "…", …}, …}`.

The form of W&B Server. Fields that are not known here are passed over, so that its value can stay as it is.
"""

from __future__ import annotations

import json
from typing import Any

from steelyard.kernel.banner import Banner
from steelyard.kernel.errors import Invalid

TYPES = ("info", "warning", "error")
# Every page is sent them.
BANNERS_MAX, TEXT_MAX = 10, 2000


def check_banners(text: str) -> None:
    """Raise `Invalid` for banners that cannot be read, with the reason and the banner's name."""
    parse_banners(text)


def parse_banners(text: str) -> tuple[Banner, ...]:
    """Return the banners in the order given. Raises `Invalid`."""
    if not text.strip():
        return ()
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # half a character could not be sent to anybody
    except (ValueError, RecursionError) as error:
        raise Invalid(f"the banners cannot be read as JSON: {error}") from None
    if not isinstance(found, dict):
        raise Invalid('the banners must be a JSON object such as {"name": {"type": "info", "message": "…"}}')
    if len(found) > BANNERS_MAX:
        raise Invalid(f"there are {len(found)} banners, {BANNERS_MAX} at most can be shown")
    return tuple(_banner(name, given) for name, given in found.items())


def _banner(name: str, given: Any) -> Banner:
    if not isinstance(given, dict):
        raise Invalid(f"the banner {name!r} must be a JSON object with a message")
    kind, dismissable = given.get("type", "info"), given.get("dismissable", False)
    if kind not in TYPES:
        raise Invalid(f"the type of the banner {name!r} must be one of {', '.join(TYPES)}, not {kind!r}")
    if not isinstance(dismissable, bool):
        raise Invalid(f"dismissable of the banner {name!r} must be true or false, not {dismissable!r}")
    message = _text(name, given, "message")
    if not message:
        raise Invalid(f"the banner {name!r} has no message")
    return Banner(name, kind, _text(name, given, "heading"), message, dismissable)


def _text(name: str, given: dict[str, Any], part: str) -> str:
    value = given.get(part, "")
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        raise Invalid(f"the {part} of the banner {name!r} must be text of {TEXT_MAX} characters at most")
    return value.strip()
