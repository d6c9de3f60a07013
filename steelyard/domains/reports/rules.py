"""What a document may be: bounds on its parts, and a spec that is a JSON object, since clients parse all they list."""

from __future__ import annotations

from steelyard.kernel import jsontext
from steelyard.kernel.errors import Invalid

# A report of a hundred panel grids has about 1 MB.
SPEC_MAX_BYTES = 16 << 20
NAME_MAX, TITLE_MAX, TYPE_MAX = 255, 512, 64
DESCRIPTION_MAX_BYTES = 64 << 10
URL_MAX_BYTES = 4 << 10


def check_spec(text: str, what: str = "spec") -> str:
    """Return `text`. Raises `Invalid` unless it is a JSON object of at most `SPEC_MAX_BYTES`."""
    _check_bytes(text, SPEC_MAX_BYTES, what)
    try:
        value = jsontext.loads(text)
    except ValueError as error:
        raise Invalid(f"the {what} is not JSON") from error
    if not isinstance(value, dict):
        raise Invalid(f"the {what} must be a JSON object")
    return text


def check_words(text: str, limit: int, what: str) -> str:
    """Return `text`. Raises `Invalid` beyond `limit` characters."""
    if len(text) > limit:
        raise Invalid(f"the {what} has {len(text):,} characters; at most {limit:,} can be stored")
    return text


def check_name(text: str, what: str) -> str:
    if not text.strip():
        raise Invalid(f"the {what} must not be empty")
    return check_words(text, NAME_MAX, what)


def check_description(text: str) -> str:
    return _check_bytes(text, DESCRIPTION_MAX_BYTES, "description")


def check_url(text: str) -> str:
    return _check_bytes(text, URL_MAX_BYTES, "preview URL")


def _check_bytes(text: str, limit: int, what: str) -> str:
    size = len(text.encode())
    if size > limit:
        raise Invalid(f"the {what} has {size:,} bytes; at most {limit:,} can be stored")
    return text


def check_chart_name(text: str) -> str:
    """Return `text`; panels refer to a chart as `entity/name`."""
    check_name(text, "name of the chart")
    if "/" in text:
        raise Invalid("the name of a chart must not have a slash")
    return text


def is_public_chart(access: str) -> bool:
    """Tell whether the wire's `access` opens a chart to every account. Raises `Invalid` for other words."""
    word = access.upper()
    if word not in {"PRIVATE", "PUBLIC"}:
        raise Invalid(f"access must be PRIVATE or PUBLIC, not {access[:40]!r}")
    return word == "PUBLIC"
