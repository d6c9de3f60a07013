"""Opens the directory that the settings name. What it needs is loaded only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.config.groups.people import LdapSettings

if TYPE_CHECKING:
    from steelyard.adapters.ldap.directory import LdapDirectory


def open_directory(settings: LdapSettings) -> LdapDirectory | None:
    """Return the directory that people sign in by, None when there is none or it is only to be tested.

    Raises `Invalid` for settings that cannot work.
    """
    if not settings.address or not settings.login:
        return None
    from steelyard.adapters.ldap.directory import LdapDirectory

    return LdapDirectory(settings)
