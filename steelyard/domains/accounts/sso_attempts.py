"""An attempt to sign in at a provider, sealed into a cookie: it may end at another process than it began at.

Whoever answers an attempt must bring its cookie, so nobody signs a browser in that has not asked for it.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from steelyard.context import Context
from steelyard.domains.accounts import secrets
from steelyard.domains.accounts.sealing import open_box
from steelyard.ports.sso import Attempt, AttemptOver

# People look for their password, and for the device that shows a second factor.
OPEN_FOR_S = 900
HOME = "/home"
_COOKIE = "steelyard_sso_"
_KEY = "sso_cookie_key"
_NEXT_MAX = 1000
_ADVICE = "Begin again. Sign in within a quarter of an hour, in one browser, with cookies allowed."


@dataclass(frozen=True)
class Sealed:
    """What the browser keeps until it comes back."""

    cookie: str
    value: str


def new_attempt(callback: str) -> Attempt:
    state, nonce, verifier = (secrets.new_token() for _ in range(3))
    return Attempt(state, nonce, verifier, callback)


def safe_next(path: str | None) -> str:
    """Return where to go after signing in: a path of this site, the start page for anything else."""
    if not path or len(path) > _NEXT_MAX or not path.startswith("/") or path.startswith("//"):
        return HOME
    if "\\" in path or not path.isprintable():
        return HOME
    return path


async def seal(ctx: Context, attempt: Attempt, next_path: str) -> Sealed:
    """Return the cookie of an attempt; each has a name of its own, so that two windows do not disturb each other."""
    box, now = await open_box(ctx, _KEY), int(ctx.ports.clock().timestamp())
    content = orjson.dumps(asdict(attempt) | {"next": safe_next(next_path)})
    return Sealed(cookie_of(attempt.state), box.encrypt_at_time(content, now).decode())


async def unseal(ctx: Context, state: str, cookies: Mapping[str, str]) -> tuple[Attempt, str]:
    """Return the attempt of this state and where to go then. Raises `AttemptOver` unless it is this browser's."""
    from cryptography.fernet import InvalidToken

    box, now = await open_box(ctx, _KEY), int(ctx.ports.clock().timestamp())
    value = cookies.get(cookie_of(state), "")
    try:
        content: dict[str, Any] = orjson.loads(box.decrypt_at_time(value.encode(), OPEN_FOR_S, now))
    except InvalidToken:
        raise AttemptOver("this attempt to sign in is over, or was begun elsewhere", _ADVICE) from None
    next_path = str(content.pop("next"))
    attempt = Attempt(**content)
    if not random.compare_digest(attempt.state.encode(), state.encode()):
        raise AttemptOver("this attempt to sign in is over, or was begun elsewhere", _ADVICE)
    return attempt, next_path


def cookie_of(state: str) -> str:
    return _COOKIE + secrets.hash_token(state)[:16]
