"""Checks of the directory: reached, encrypted, our account let in, people and groups found. Nobody signs in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from steelyard.config.groups.people import LdapSettings
from steelyard.doctor.findings import Finding, fail, info, ok, warn
from steelyard.kernel.errors import SteelyardError

if TYPE_CHECKING:
    from steelyard.adapters.ldap.directory import LdapDirectory

_LOCAL = {"localhost", "127.0.0.1", "::1"}
# By the part that fails: what is wanted, and what to do.
_FIXES = {
    "server": ("a directory that answers", "LDAP_ADDRESS: is it up, and does this machine get there?"),
    "encryption": (
        "a certificate that can be checked",
        "STEELYARD_LDAP_CA or STEELYARD_SERVER_AUTHORITIES names the authority; LDAP_ADDRESS, a name in it",
    ),
    "bind": ("an account that the directory knows", "LDAP_BIND_DN, a whole DN, and LDAP_BIND_PW"),
    "search": ("a tree that this account may read", "LDAP_BASE_DN, LDAP_USER_BASE_DN and LDAP_GROUP_BASE_DN"),
}


async def look_at_ldap(settings: LdapSettings, *, restoring: bool) -> AsyncIterator[Finding]:
    if not settings.address:
        yield info("ldap.server", "none is set: passwords are kept by this server")
        return
    from steelyard.adapters.ldap.directory import LdapDirectory

    try:
        directory = LdapDirectory(settings)
    except SteelyardError as error:
        yield fail("ldap.settings", error.message, "settings that can work", "the variable that is named")
        return
    if restoring:
        fix = "take LOCAL_RESTORE away when the administrator is in again"
        yield warn("ldap.restore", "the directory is off while LOCAL_RESTORE is true", "the directory", fix)
    if not settings.login:
        fix = "LDAP_LOGIN=true, when the findings below are well"
        yield warn("ldap.login", "it is only looked at here: nobody signs in by it", "sign-in by the directory", fix)
    try:
        for finding in await directory.in_thread(lambda: list(_look(directory, settings))):
            yield finding
    except SteelyardError as error:
        yield fail("ldap.server", error.message, *_FIXES["server"])
    finally:
        await directory.close()


def _look(directory: LdapDirectory, settings: LdapSettings) -> Iterator[Finding]:
    from steelyard.adapters.ldap.wire import CannotAsk

    well = False
    for place in directory.places:
        is_open = not place.tls and not settings.tls_enable
        if is_open and place.host not in _LOCAL:
            fix = "an address at ldaps://, or LDAP_TLS_ENABLE=true: passwords are sent in clear text"
            yield warn("ldap.encryption", f"{place} is not encrypted", "encryption", fix)
        try:
            with directory.at(place):
                well = True
                yield ok("ldap.server", f"{place}{'' if is_open else ', encrypted'}, takes this server's account")
        except CannotAsk as error:
            yield fail(f"ldap.{error.part}", error.message, *_FIXES[error.part])
    if not well:
        return
    try:
        with directory.opened() as connection:
            yield _people(directory, len(directory.sample(connection)))
            for group in directory.missing_groups(connection):
                fix = "LDAP_GROUP_ALLOW_LIST, LDAP_GROUP_BASE_DN and LDAP_GROUP_OBJECT_CLASS; DNs are separated by ;"
                yield warn("ldap.groups", f"there is no group {group!r}", "the groups that are let in", fix)
    except CannotAsk as error:
        yield fail(f"ldap.{error.part}", error.message, *_FIXES[error.part])


def _people(directory: LdapDirectory, found: int) -> Finding:
    if not found:
        fix = "LDAP_USER_BASE_DN, LDAP_USER_OBJECT_CLASS, LDAP_ATTRIBUTES; may LDAP_BIND_DN read them?"
        return warn("ldap.people", f"nobody below {directory.people_base}", "people with a user name", fix)
    return ok("ldap.people", f"found below {directory.people_base}")
