"""The port of single sign-on: sends a browser to an identity provider and tells whom it vouches for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from steelyard.kernel.errors import SteelyardError


class SignOnFailed(SteelyardError):
    """Nobody is signed in. `advice` says who can do what about it; neither text holds a secret."""

    status = 403
    code = "sign_on_failed"

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class AttemptOver(SignOnFailed):
    """The answer belongs to no attempt of this browser that is still open."""

    status = 400
    code = "sign_on_over"


class CodeRefused(SignOnFailed):
    """The provider does not know the code that the browser brought."""

    code = "sign_on_code"


class ProviderFailed(SignOnFailed):
    """The provider answers what it must not, or does not take us for its client."""

    status = 502
    code = "sign_on_provider"


class ProviderDown(ProviderFailed):
    """The provider cannot be reached."""

    status = 503
    code = "sign_on_unreachable"


@dataclass(frozen=True)
class Attempt:
    """What the provider's answer is held against. Known to the browser in sealed form only."""

    state: str
    nonce: str
    verifier: str
    # where the provider sends the browser back to
    callback: str


@dataclass(frozen=True)
class Person:
    """Whom the provider vouches for; `issuer` and `subject` together never name anybody else."""

    issuer: str
    subject: str
    email: str = ""
    # The provider says that the address is theirs, or the operator trusts it to know.
    email_verified: bool = False
    name: str = ""
    username: str = ""
    # None where nothing is known of them, which is not the same as none.
    groups: frozenset[str] | None = None
    # for signing out at the provider
    id_token: str = ""
    # It is a directory that vouches: by a user name and password, and people need no address there.
    of_directory: bool = False


class IdentityProvider(Protocol):
    """One provider, as the settings name it. Every method may raise `ProviderFailed` or `ProviderDown`."""

    # The answer comes as a form from the provider's own page, which brings no cookie that is kept to this site.
    answers_by_form: bool

    async def authorization_url(self, attempt: Attempt) -> str: ...

    async def redeem(self, attempt: Attempt, answer: Mapping[str, str], now: datetime) -> Person:
        """Return whom the provider's answer vouches for. Raises `SignOnFailed` for one that cannot be trusted."""
        ...

    async def sign_out_url(self, id_token: str, back: str) -> str | None:
        """Return where the browser ends its session at the provider, None where that is not offered."""
        ...
