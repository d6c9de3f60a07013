"""Passwords, API keys and session tokens: made, hashed, checked. Pure, and slow where it must be (passwords)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from steelyard.kernel.errors import Invalid

# What people choose for themselves, as OWASP ASVS 2.1.1 asks. Those who have a shorter one keep it.
PASSWORD_MIN = 12
# What an operator sets by the command line or the settings: scripts of theirs have passwords of their own.
OPERATOR_PASSWORD_MIN = 8
PASSWORD_MAX = 1024
# The client splits a key at its first dash and wants 40 or more word characters (docs/protocol/README.md, key format);
# a key that an operator gives is taken as it is.
_GIVEN_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}")
# OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


async def hash_password(password: str, least: int = PASSWORD_MIN) -> str:
    """Return the argon2id hash; about 20 ms in a thread. Raises `Invalid` for a password of unfit length."""
    if not least <= len(password) <= PASSWORD_MAX:
        raise Invalid(f"a password must have {least} to {PASSWORD_MAX} characters")
    return await asyncio.to_thread(_hasher.hash, password)


async def password_matches(stored: str | None, password: str) -> bool:
    """Tell whether `password` is the one; takes the same time when there is none to compare with."""
    return await asyncio.to_thread(_verify, stored or _DECOY, password) and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _unpadded(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")


# A hash in the form of the others, which costs as much to compare with as they do and which no known password has.
_DECOY = (
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    f"${_unpadded(_hasher.salt_len)}${_unpadded(_hasher.hash_len)}"
)


def new_api_key() -> str:
    """Return `local-` and 40 hex digits, the one form that every client version takes."""
    return f"local-{secrets.token_hex(20)}"


def check_given_key(secret: str) -> str:
    """Return `secret`. Raises `Invalid` unless it is 8 to 128 letters, digits, `_` and `-`."""
    if not _GIVEN_KEY.fullmatch(secret):
        raise Invalid("an API key must be 8 to 128 letters, digits, '_' or '-'")
    return secret


def hash_token(secret: str) -> str:
    """Return the form in which random tokens are stored: they hold enough entropy for a plain digest."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(32)


def key_hint(secret: str) -> str:
    """Return what a list of keys may show of a key."""
    return f"…{secret[-4:]}"
