"""Checks of single sign-on: the provider answers as itself, has keys, knows us, has our time. Nobody signs in."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from steelyard.adapters.sso.discovery import WELL_KNOWN
from steelyard.adapters.sso.oidc import OidcProvider
from steelyard.adapters.sso.open import open_provider
from steelyard.adapters.sso.tokens import ALGORITHMS
from steelyard.config.groups.people import SsoSettings
from steelyard.doctor.findings import Finding, fail, info, ok, warn
from steelyard.doctor.store_check import open_client
from steelyard.domains.accounts.sso import CALLBACK, SIGNED_OUT
from steelyard.kernel.clock import utc_now
from steelyard.kernel.errors import SteelyardError
from steelyard.ports.sso import Attempt, CodeRefused, ProviderDown, ProviderFailed, SignOnFailed

_LOCAL = {"localhost", "127.0.0.1", "::1"}


async def look_at_sso(settings: SsoSettings, public_url: str, *, restoring: bool) -> AsyncIterator[Finding]:
    try:
        provider = open_provider(settings)
    except SteelyardError as error:
        yield fail("sso.settings", error.message, "issuer and client", "OIDC_ISSUER and OIDC_CLIENT_ID, or neither")
        return
    if provider is None:
        yield info("sso.provider", "none is set: people sign in by password")
        return
    if restoring:
        fix = "take LOCAL_RESTORE away when the administrator is in again"
        yield warn("sso.restore", "single sign-on is off while LOCAL_RESTORE is true", "single sign-on", fix)
    yield _look_at_redirect(settings, public_url)
    if urlsplit(settings.issuer).scheme == "http" and urlsplit(settings.issuer).hostname not in _LOCAL:
        fix = "an issuer at https://: who is on the way could sign in as anybody"
        yield warn("sso.encryption", f"{settings.issuer} is not encrypted", "https://", fix)
    try:
        metadata = await provider.discovery.metadata()
    except SignOnFailed as error:
        yield fail("sso.provider", error.message, f"{settings.issuer}{WELL_KNOWN}", error.advice)
        return
    yield ok("sso.provider", str(metadata["issuer"]))
    yield await _look_at_keys(provider)
    yield await _look_at_clock(settings)
    if not provider.answers_by_form:
        yield await _look_at_client(provider, str(metadata["issuer"]), public_url)


def _look_at_redirect(settings: SsoSettings, public_url: str) -> Finding:
    if not public_url:
        fix = "set HOST: the provider sends people back only to an address that is registered there"
        return warn("sso.redirect", "HOST is not set", "the address that people open", fix)
    origin = public_url.rstrip("/")
    parts = urlsplit(origin)
    if settings.method == "implicit" and parts.scheme == "http" and parts.hostname not in _LOCAL:
        fix = "https, or OIDC_AUTH_METHOD=pkce: browsers keep the cookie of an implicit sign-in only over https"
        return fail("sso.redirect", f"{origin} is not encrypted", "https://", fix)
    return info("sso.redirect", f"to be registered at the provider: {origin}{CALLBACK}, and {origin}{SIGNED_OUT}")


async def _look_at_keys(provider: OidcProvider) -> Finding:
    try:
        keys = await provider.discovery.keys()
    except SignOnFailed as error:
        return fail("sso.keys", error.message, "public keys", error.advice)
    usable = [key for key in keys if _is_usable(key)]
    if not usable:
        fix = "have the provider sign ID tokens by RS256 or ES256"
        return fail("sso.keys", f"{len(keys)} keys, none of them usable", f"keys for {', '.join(ALGORITHMS)}", fix)
    return ok("sso.keys", f"{len(usable)} for signatures")


def _is_usable(key: dict[str, Any]) -> bool:
    return key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use", "sig") == "sig"


async def _look_at_clock(settings: SsoSettings) -> Finding:
    async with open_client() as client:
        try:
            answer = await client.get(settings.issuer.rstrip("/") + WELL_KNOWN)
            theirs = parsedate_to_datetime(answer.headers["date"])
        except (httpx.HTTPError, KeyError, ValueError):
            return info("sso.clock", "the provider does not tell the time")
    off_s = abs((utc_now() - theirs).total_seconds())
    if off_s > settings.leeway_s:
        fix = "let this machine follow a time server (NTP); STEELYARD_SSO_LEEWAY_S is what is forgiven"
        return fail("sso.clock", f"{off_s:.0f} seconds off the provider's", f"at most {settings.leeway_s}", fix)
    return ok("sso.clock", f"{off_s:.0f} seconds off the provider's")


async def _look_at_client(provider: OidcProvider, issuer: str, public_url: str) -> Finding:
    """Bring a code that cannot be good: the answer tells whether the provider knows who brings it."""
    word = secrets.token_urlsafe(32)
    attempt = Attempt(word, word, word, f"{public_url.rstrip('/')}{CALLBACK}")
    wanted = "a provider that knows client id and secret"
    try:
        await provider.redeem(attempt, {"code": word, "iss": issuer}, utc_now())
    except CodeRefused:
        return ok("sso.client", "the provider knows it")
    except ProviderDown as error:
        return fail("sso.client", error.message, wanted, error.advice)
    except ProviderFailed as error:
        fix = "OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, as the provider shows them; a public client has no secret"
        return fail("sso.client", error.message, wanted, fix)
    except SignOnFailed as error:
        return warn("sso.client", error.message, wanted, error.advice)
    return warn("sso.client", "the provider takes any code", wanted, "another provider")
