"""The port of identity federation: reads tokens that an identity provider has signed for a program."""

from __future__ import annotations

from typing import Any, Protocol

from steelyard.kernel.errors import SteelyardError, Unavailable


class TokenRefused(SteelyardError):
    """The token proves nothing here. Clients do not try again; neither text holds the token."""

    status = 400
    code = "invalid_grant"


class IssuerDown(Unavailable):
    """The issuer's keys cannot be had now, so nothing is known of the token."""

    code = "issuer_down"


class TokenReader(Protocol):
    def issuer_of(self, token: str) -> str:
        """Return whom a token says that it comes from, which proves nothing. Raises `TokenRefused` for no token."""
        ...

    async def read(self, issuer: str, token: str) -> dict[str, Any]:
        """Return what a token says that a published key of the issuer has signed.

        Raises `TokenRefused` for any other, `IssuerDown` when the keys cannot be had.
        """
        ...
