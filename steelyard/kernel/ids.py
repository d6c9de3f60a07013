"""Opaque global ids of the wire, and random names.

A global id is the standard base64 of `TypeName:number`: clients turn artifact ids from base64 to hex and back, and
put them into URLs, so the text must be valid padded base64 without `/` or `+` (docs/protocol/README.md, ids).
"""

from __future__ import annotations

import base64
import binascii
import secrets
import string

from steelyard.kernel.errors import NotFound

_LOWER = string.ascii_lowercase + string.digits


def encode_global_id(type_name: str, number: int) -> str:
    return base64.b64encode(f"{type_name}:{number}".encode()).decode()


def find_global_id(type_name: str, text: str) -> int | None:
    """Return the number in `text` when it is an id of `type_name`; unpadded text is accepted, as it stands in URLs."""
    padded = text + "=" * (-len(text) % 4)
    try:
        kind, _, number = base64.b64decode(padded, validate=True).decode().rpartition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return int(number) if kind == type_name and number.isascii() and number.isdigit() and len(number) < 19 else None


def decode_global_id(type_name: str, text: str) -> int:
    """Return the number in `text`. Raises `NotFound` for ids of another type or of no type."""
    number = find_global_id(type_name, text)
    if number is None:
        raise NotFound(f"no {type_name.lower()} has the id {text!r}")
    return number


def random_name(length: int = 8) -> str:
    """Return `length` characters of [a-z0-9], the form of run and sweep ids."""
    return "".join(secrets.choice(_LOWER) for _ in range(length))
