"""Opens the identity provider that the settings name. What it needs is loaded only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.config.groups.people import SsoSettings
from steelyard.kernel.errors import Invalid

if TYPE_CHECKING:
    from steelyard.adapters.sso.oidc import OidcProvider


def open_provider(settings: SsoSettings) -> OidcProvider | None:
    """Return the provider that the settings name, None when they name none. Raises `Invalid` for half a setting."""
    if not settings.issuer and not settings.client_id:
        return None
    if not settings.issuer or not settings.client_id:
        missing = "OIDC_CLIENT_ID" if settings.issuer else "OIDC_ISSUER"
        raise Invalid(f"single sign-on needs {missing} as well")
    from steelyard.adapters.sso.oidc import OidcProvider

    return OidcProvider(settings)
