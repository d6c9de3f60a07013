"""Single sign-on by OpenID Connect: the code flow with PKCE, or an ID token posted as a form."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from steelyard.adapters.sso.discovery import Discovery, endpoint
from steelyard.adapters.sso.tokens import Expected, UnknownKey, check_claims, read_token
from steelyard.config.groups.people import SsoSettings
from steelyard.ports.sso import Attempt, CodeRefused, Person, ProviderFailed, SignOnFailed

SCOPES = ("openid", "profile", "email")
_ASK = "Ask the administrator of this server: `steelyard doctor --only sso` says more."
_AGAIN = "Try again."


class OidcProvider:
    """A provider and our place at it as a client. State is only what can be fetched again."""

    def __init__(self, settings: SsoSettings) -> None:
        self._settings = settings
        self.discovery = Discovery(settings.issuer)
        self.answers_by_form = settings.method == "implicit"

    async def authorization_url(self, attempt: Attempt) -> str:
        metadata = await self.discovery.metadata()
        asked = {
            "client_id": self._settings.client_id,
            "redirect_uri": attempt.callback,
            "scope": " ".join(scopes_of(self._settings)),
            "state": attempt.state,
            "nonce": attempt.nonce,
        }
        if self.answers_by_form:
            asked |= {"response_type": "id_token", "response_mode": "form_post"}
        else:
            digest = hashlib.sha256(attempt.verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            asked |= {"response_type": "code", "code_challenge": challenge, "code_challenge_method": "S256"}
        return _with_query(metadata["authorization_endpoint"], asked)

    async def redeem(self, attempt: Attempt, answer: Mapping[str, str], now: datetime) -> Person:
        metadata = await self.discovery.metadata()
        _check_answer(answer, metadata)
        if self.answers_by_form:
            id_token, access_token = answer.get("id_token", ""), ""
        else:
            id_token, access_token = await self._exchange(metadata, attempt, answer.get("code", ""))
        claims = await self._signed_claims(id_token)
        expected = Expected(
            metadata["issuer"], self._settings.client_id, attempt.nonce, max(self._settings.leeway_s, 0)
        )
        subject = check_claims(claims, expected, now)
        if access_token:
            claims = await self._with_userinfo(metadata, claims, access_token)
        return self._person(metadata["issuer"], subject, claims, id_token)

    async def _exchange(self, metadata: Mapping[str, Any], attempt: Attempt, code: str) -> tuple[str, str]:
        """Return ID token and access token for a code."""
        url = endpoint(metadata, "token_endpoint")
        if url is None:
            raise ProviderFailed("the provider's description has no token_endpoint", _ASK)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.callback,
            "code_verifier": attempt.verifier,
        }
        status, body = await self.discovery.ask("POST", url, **self._as_client(metadata, form))
        problem = str(body.get("error", ""))[:100]
        if problem == "invalid_grant":
            raise CodeRefused("the provider does not know the code that the browser brought", _AGAIN)
        if problem in {"invalid_client", "unauthorized_client"}:
            raise ProviderFailed(
                f"the provider does not take this server for its client ({problem})",
                "Ask the administrator of this server: OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is wrong.",
            )
        token = body.get("id_token")
        if status != httpx.codes.OK or not isinstance(token, str):
            raise ProviderFailed(f"the provider gives no token for the code: {status} {problem}".rstrip(), _ASK)
        return token, str(body.get("access_token") or "")

    def _as_client(self, metadata: Mapping[str, Any], form: dict[str, str]) -> dict[str, Any]:
        """Return the parts of a request that prove who we are, in the way that the provider takes."""
        client, secret = self._settings.client_id, self._settings.client_secret
        if not secret:
            return {"data": form | {"client_id": client}}
        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in ways or "client_secret_post" not in ways:
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
            return {"data": form, "headers": {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}}
        return {"data": form | {"client_id": client, "client_secret": secret}}

    async def _signed_claims(self, token: str) -> dict[str, Any]:
        try:
            return read_token(token, await self.discovery.keys())
        except UnknownKey:
            pass
        try:
            return read_token(token, await self.discovery.keys(again=True))
        except UnknownKey:
            raise SignOnFailed(
                "the provider's answer cannot be trusted: none of its keys has signed it", _AGAIN
            ) from None

    async def _with_userinfo(self, metadata: Mapping[str, Any], claims: dict[str, Any], token: str) -> dict[str, Any]:
        """Return the claims with what is told only at the provider's own address; what is signed goes first."""
        url = endpoint(metadata, "userinfo_endpoint")
        wanted = {"email", *([self._settings.groups_claim] if self._settings.group_claims else [])}
        if url is None or wanted <= set(claims):
            return claims
        status, told = await self.discovery.ask("GET", url, headers={"Authorization": f"Bearer {token}"})
        if status != httpx.codes.OK or told.get("sub") != claims["sub"]:
            return claims
        return told | claims

    def _person(self, issuer: str, subject: str, claims: Mapping[str, Any], id_token: str) -> Person:
        settings = self._settings
        said = claims.get("email_verified")
        verified = said is True or said == "true" or settings.trust_email
        return Person(
            issuer=issuer,
            subject=subject,
            email=_text(claims, "email"),
            email_verified=verified,
            name=_text(claims, "name"),
            username=_text(claims, "preferred_username"),
            groups=_groups(claims, settings.groups_claim) if settings.group_claims else None,
            id_token=id_token,
        )

    async def sign_out_url(self, id_token: str, back: str) -> str | None:
        url = endpoint(await self.discovery.metadata(), "end_session_endpoint")
        if url is None:
            return None
        asked = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "client_id": self._settings.client_id}
        return _with_query(url, asked)


def scopes_of(settings: SsoSettings) -> list[str]:
    return list(dict.fromkeys([*SCOPES, *settings.scopes.replace(",", " ").split()]))


def _check_answer(answer: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
    """Raise `SignOnFailed` for a refusal, and for the answer of another provider (RFC 9207).

    An answer that brings the ID token says by it whose it is, and need not say so twice.
    """
    issuer = answer.get("iss")
    must = metadata.get("authorization_response_iss_parameter_supported") is True and "id_token" not in answer
    if issuer not in {metadata["issuer"], None} or (must and issuer is None):
        raise SignOnFailed("the provider's answer cannot be trusted: it comes from another provider", _AGAIN)
    if "error" in answer:
        said = (answer.get("error_description") or answer["error"])[:300]
        raise SignOnFailed(f"the provider has not signed you in: {said}", _AGAIN)


def _with_query(url: str, values: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(values)}"


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""


def _groups(claims: Mapping[str, Any], name: str) -> frozenset[str] | None:
    """Return the groups: none where the claim is left out, for some providers send no empty ones; else unknown."""
    elsewhere = claims.get("_claim_names")
    if isinstance(elsewhere, dict) and name in elsewhere:  # too many for a token, as Entra says it
        return None
    value = claims.get(name, [])
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return None
    return frozenset(item for item in value if isinstance(item, str))
