"""Reads tokens of registered issuers by the keys that these publish. What it needs is loaded with the first token."""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import orjson

from steelyard.ports.federation import IssuerDown, TokenRefused
from steelyard.ports.sso import ProviderFailed, SignOnFailed

if TYPE_CHECKING:
    from steelyard.adapters.sso.discovery import Discovery

# Issuers whose keys are remembered; each is a few KB.
ISSUERS_MAX = 64
_PARTS = 3


class PublishedKeys:
    """State is only what can be fetched again."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Discovery] = OrderedDict()

    def issuer_of(self, token: str) -> str:
        parts = token.split(".")
        if len(parts) != _PARTS:
            raise TokenRefused("the assertion is no JSON web token")
        try:
            claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (ValueError, binascii.Error) as error:
            raise TokenRefused("the assertion is no JSON web token") from error
        issuer = claims.get("iss") if isinstance(claims, dict) else None
        if not isinstance(issuer, str) or not issuer:
            raise TokenRefused("the token names no issuer (iss)")
        return issuer

    async def read(self, issuer: str, token: str) -> dict[str, Any]:
        from steelyard.adapters.sso.tokens import UnknownKey, read_token

        discovery = self._discovery(issuer)
        try:
            try:
                return read_token(token, await discovery.keys())
            except UnknownKey:
                return read_token(token, await discovery.keys(again=True))
        except UnknownKey:
            raise TokenRefused(f"no key that {issuer} publishes has signed the token") from None
        except ProviderFailed as error:
            raise IssuerDown(f"the keys of {issuer} cannot be had: {error.message}") from error
        except SignOnFailed as error:
            raise TokenRefused(error.message) from error

    def _discovery(self, issuer: str) -> Discovery:
        from steelyard.adapters.sso.discovery import Discovery

        found = self._known.get(issuer) or Discovery(issuer, needed=("jwks_uri",))
        self._known[issuer] = found
        self._known.move_to_end(issuer)
        while len(self._known) > ISSUERS_MAX:
            self._known.popitem(last=False)
        return found
