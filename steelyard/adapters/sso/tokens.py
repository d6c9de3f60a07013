"""What makes an ID token good: signature, issuer, audience, time, nonce. Pure (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from steelyard.ports.sso import SignOnFailed

# Signed with a private key of the provider's. `none` and the HS family, whose secret a client would share, are out.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_PUBLIC_KINDS = {"RSA", "EC", "OKP"}
_TEXT_MAX = 255
_TIME_MAX = 1e12
_ASK = "Try again; if it stays, tell the administrator of this server what is written here."
_CLOCKS = "The clocks of this server and of the provider differ too much: both should follow a time server (NTP)."


class UnknownKey(Exception):
    """No key at hand has made the signature: the provider may have new ones."""


@dataclass(frozen=True)
class Expected:
    issuer: str
    audience: str
    nonce: str
    leeway_s: int


def read_token(token: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the claims of a token that one of `keys` has signed.

    Raises `SignOnFailed` for one that is no such token, `UnknownKey` where other keys might tell.
    """
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError) as error:
        raise _untrusted("what it sent is no signed token") from error
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise _untrusted(f"its token is signed by {str(algorithm)[:40]!r}, which is not accepted")
    for key in keys:
        if not _may_have_signed(key, header):
            continue
        try:
            return dict(jwt.decode(token, jwk.import_key(dict(key)), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # the next key of the same name, or none
    raise UnknownKey


def _may_have_signed(key: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
    return (
        key.get("kty") in _PUBLIC_KINDS
        and key.get("use", "sig") == "sig"
        and key.get("alg", header["alg"]) == header["alg"]
        and header.get("kid") in {None, key.get("kid")}
    )


def check_claims(claims: Mapping[str, Any], expected: Expected, now: datetime) -> str:
    """Return the subject. Raises `SignOnFailed`, saying which claim cannot be trusted."""
    if claims.get("iss") != expected.issuer:
        raise _untrusted(f"its token comes from {str(claims.get('iss'))[:200]!r}, not from {expected.issuer!r}")
    _check_audience(claims, expected.audience)
    _check_times(claims, expected.leeway_s, now.timestamp())
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise _untrusted("its token belongs to another attempt to sign in")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _TEXT_MAX:
        raise _untrusted("its token names nobody")
    return subject


def _check_audience(claims: Mapping[str, Any], client: str) -> None:
    given = claims.get("aud")
    audience = given if isinstance(given, list) else [given]
    party = claims.get("azp")
    if client not in audience or (party is None and len(audience) > 1) or party not in {None, client}:
        raise _untrusted("its token is for another client")


def _check_times(claims: Mapping[str, Any], leeway_s: int, now: float) -> None:
    end, made = _time(claims, "exp"), _time(claims, "iat")
    start = max(made, _time(claims, "nbf")) if "nbf" in claims else made
    if now > end + leeway_s:
        raise SignOnFailed(f"the provider's token was over {now - end:.0f} seconds ago", _CLOCKS)
    if start > now + leeway_s:
        raise SignOnFailed(f"the provider's token is not good for another {start - now:.0f} seconds", _CLOCKS)


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < _TIME_MAX:
        raise _untrusted(f"its token has no usable {name}")
    return float(value)


def _untrusted(why: str) -> SignOnFailed:
    return SignOnFailed(f"the provider's answer cannot be trusted: {why}", _ASK)
