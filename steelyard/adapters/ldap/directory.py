"""Signs people in by an LDAP directory: finds the entry, tries the password on it, reads who that is and their groups.

Everything happens in a few threads of our own, so a slow directory slows down nobody but those who sign in.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TypeVar

import structlog
from ldap3 import Connection

from steelyard.adapters.ldap import plan
from steelyard.adapters.ldap.wire import CannotAsk, Entry, Way, bound, is_password, search
from steelyard.config.groups.people import LdapSettings
from steelyard.kernel.errors import Invalid
from steelyard.ports.directory import DirectoryDown, NotLetIn
from steelyard.ports.sso import Person

log = structlog.get_logger()
THREADS = 8
# Those who sign in at a time, each a question to the directory; who comes more is told to come again.
WAITING_MAX = 100
# Longer than connecting, two binds and two searches take where the directory answers at all.
ANSWER_S = 30.0
GROUPS_MAX = 1000
_LOGIN_MAX = 256
# of a column that holds an issuer or a subject
_NAME_MAX = 255
_T = TypeVar("_T")


class LdapDirectory:
    """A directory and our way to it. No connection is kept. Raises `Invalid` for settings that cannot work."""

    def __init__(self, settings: LdapSettings) -> None:
        self._settings = settings
        if not settings.base_dn and not settings.user_base_dn:
            raise Invalid("sign-in by LDAP needs LDAP_BASE_DN as well")
        if settings.bind_dn and not settings.bind_password:
            raise Invalid("sign-in by LDAP needs LDAP_BIND_PW for LDAP_BIND_DN as well")
        self.places = plan.places_of(settings)
        self._way = Way(self.places, settings.tls_enable, plan.trust_of(settings))
        self._attributes = plan.attributes_of(settings)
        self._person_class = plan.class_of("LDAP_USER_OBJECT_CLASS", settings.user_object_class)
        self._group_class = plan.class_of("LDAP_GROUP_OBJECT_CLASS", settings.group_object_class)
        self._allowed = plan.allowed_of(settings)
        self.issuer = _fitting(f"ldap:{plan.plain(self.people_base)}")
        self._threads = ThreadPoolExecutor(THREADS, "ldap")
        self._waiting = 0

    @property
    def people_base(self) -> str:
        return self._settings.user_base_dn or self._settings.base_dn

    @property
    def groups_base(self) -> str:
        return self._settings.group_base_dn or self._settings.base_dn or self._settings.user_base_dn

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def check(self, login: str, password: str) -> Person | None:
        login = login.strip()
        if not login or len(login) > _LOGIN_MAX or not login.isprintable() or not password:
            return None
        return await self.in_thread(lambda: self._check(login, password))

    async def in_thread(self, work: Callable[[], _T]) -> _T:
        """Return what `work` does in one of our threads. Raises `DirectoryDown` when that takes too long."""
        if self._waiting >= WAITING_MAX:
            raise DirectoryDown("too many people sign in at once; try again in a minute")
        self._waiting += 1
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        # a thread that goes on after we gave up still counts
        running.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(running), ANSWER_S)
        except TimeoutError:
            raise DirectoryDown("the directory does not answer in time; try again in some minutes") from None

    def _done(self, running: asyncio.Future[_T]) -> None:
        self._waiting -= 1
        if not running.cancelled():
            running.exception()  # looked at, for nobody may wait for it any more

    def _check(self, login: str, password: str) -> Person | None:
        try:
            with self.opened() as connection:
                entry = self._find(connection, login)
                if entry is None:
                    return None
                good, said = is_password(self._way, entry.dn, password)
                if not good:
                    log.info("the directory refuses a sign-in", dn=entry.dn, reason=said)
                    return None
                groups = self._groups(connection, entry)
        except CannotAsk as error:
            log.warning("the directory cannot be asked", part=error.part, reason=error.message)
            raise DirectoryDown(_PUBLIC) from error
        self._refuse_stranger(entry, groups)
        return self._person(entry, login, groups)

    def opened(self) -> AbstractContextManager[Connection]:
        """Return a connection of this server's own account, as a context. For threads. Raises `CannotAsk`."""
        return bound(self._way, self._settings.bind_dn, self._settings.bind_password)

    def at(self, place: plan.Place) -> AbstractContextManager[Connection]:
        """Return the same with one server of it, whichever goes first."""
        return bound(replace(self._way, places=[place]), self._settings.bind_dn, self._settings.bind_password)

    def sample(self, connection: Connection) -> list[Entry]:
        """Return an entry or two that could sign in. For threads. Raises `CannotAsk`."""
        names = self._attributes
        where = plan.people_filter(names, self._person_class)
        return search(connection, self.people_base, where, [names.email, *names.username], 2)

    def missing_groups(self, connection: Connection) -> list[str]:
        """Return what the allow-list names and the directory does not have. For threads. Raises `CannotAsk`."""
        missing = []
        for group in sorted(self._allowed):
            where = plan.group_filter(self._group_class, plan.first_value(group))
            found = search(connection, self.groups_base, where, ["cn", "gidNumber"], GROUPS_MAX)
            known = {plan.plain(name) for item in found for name in (item.dn, *item.all("cn"), *item.all("gidNumber"))}
            missing += [] if group in known else [group]
        return missing

    def _find(self, connection: Connection, login: str) -> Entry | None:
        names = self._attributes
        where = plan.people_filter(names, self._person_class, login)
        wanted = [names.email, names.name, *names.username, names.group]
        found = search(connection, self.people_base, where, wanted, 2)
        if len(found) > 1:
            log.warning("the directory has several people of one name, so none of them signs in", filter=where)
            return None
        return found[0] if found else None

    def _groups(self, connection: Connection, entry: Entry) -> set[str]:
        """Return the groups, by what the person's entry says and by what theirs do: names, DNs and numbers."""
        if not self._allowed and not self._settings.group_sync:
            return set()
        told = entry.all(self._attributes.group)
        number = next((value for value in told if value.isascii() and value.isdigit()), "")
        username = entry.first(*self._attributes.username)
        where = plan.groups_filter(self._group_class, entry.dn, username, number)
        listed = search(connection, self.groups_base, where, ["cn"], GROUPS_MAX)
        if len(listed) == GROUPS_MAX:
            raise CannotAsk("search", f"{entry.dn} is in more than {GROUPS_MAX} groups")
        found = {*told, *map(plan.first_value, told)}
        for group in listed:
            found |= {group.dn, *group.all("cn")}
        return found

    def _refuse_stranger(self, entry: Entry, groups: set[str]) -> None:
        if self._allowed and not self._allowed & {plan.plain(name) for name in groups}:
            log.info("not in a group that is let in", dn=entry.dn)
            raise NotLetIn("your account belongs to no group that may use this server; ask its administrator")

    def _person(self, entry: Entry, login: str, groups: set[str]) -> Person:
        names = self._attributes
        email = entry.first(names.email)
        return Person(
            issuer=self.issuer,
            subject=_fitting(entry.subject),
            email=email,
            email_verified=self._settings.trust_email,
            name=entry.first(names.name),
            username=entry.first(*names.username) or login.partition("@")[0],
            # those by which teams can be named
            groups=frozenset(name for name in groups if "=" not in name) if self._settings.group_sync else None,
            of_directory=True,
        )


_PUBLIC = "the directory that knows your password cannot be asked now; try again in some minutes"


def _fitting(name: str) -> str:
    return name if len(name) <= _NAME_MAX else f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"
