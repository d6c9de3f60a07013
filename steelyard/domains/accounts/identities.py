"""Who is asking: turns keys and sessions into identities. The one place that makes them.

Other ways to prove who one is end in `load_identity` too.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import ANONYMOUS, UNBOUNDED, AccountPolicy, Context, Identity, KeyScope, Ports
from steelyard.domains.accounts import activity, proof_queries, queries, role_queries, secrets
from steelyard.domains.accounts.access import Rights
from steelyard.domains.accounts.activity_queries import day_of
from steelyard.domains.accounts.model import BrowserSession, Entity, EntityKind, ProjectRole, Role, User, strongest
from steelyard.domains.accounts.vocabulary import rights_of
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Denied, Unauthenticated
from steelyard.kernel.recently import Recently
from steelyard.kernel.remembered import Remembered
from steelyard.sql.failures import going_on

# A revoked key, an ended account and a changed role are noticed everywhere within this time.
CACHE_TTL_S = 3.0
# Identities kept at most; each is about 1 KB.
CACHE_MAX = 4096
# Who is known to be active today is written once.
DAY_S = 86_400.0
# How exactly the last use of a key is known.
USE_NOTED_S = 300.0
# How exactly it is known when a browser session was last seen.
SEEN_NOTED = timedelta(minutes=5)
# What the audit log calls the static key of the settings, and the kind of its proof.
GLOBAL_KEY, GLOBAL_PROOF = "global admin key", "g"
_UNKNOWN_KEY = "the API key is not recognised; sign in and make a new one at /authorize"
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class Authenticator:
    """Turns credentials into identities, remembering each answer for `CACHE_TTL_S`.

    A remembered one costs a SHA-256 and a look into a dictionary, about 5 µs.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._known = Remembered(self._load, CACHE_TTL_S, CACHE_MAX)
        self._proofs = Remembered(self._is_good, CACHE_TTL_S, CACHE_MAX)
        self._used = Recently(USE_NOTED_S, CACHE_MAX)
        self._active = Recently(DAY_S, CACHE_MAX)
        # One answer for all callers: it may name thousands of entities.
        self._shared: Remembered[None, frozenset[int]] = Remembered(self._load_shared, CACHE_TTL_S, 1)

    async def by_header(self, authorization: str, address: str) -> Identity:
        """Return who an `Authorization` header names, sent from `address`.

        Raises `Unauthenticated` with the text clients show, and `Denied` where the key may not be used from there.
        """
        secret = _key_of_header(authorization)
        if not secret:
            raise Unauthenticated("user is not logged in")
        identity = await self._known.get(secrets.hash_token(secret))
        _check(identity.key, address, self._ports)
        if identity.proof.startswith(GLOBAL_PROOF):
            known = Context(self._ports, identity, address=address)
            subject = Subject(user_id=identity.user_id, user=identity.username)
            await audit.note_seldom(known, Action.USER_LOGIN, subject, by=GLOBAL_KEY)
        return identity

    async def _load(self, digest: str) -> Identity:
        return await self._within_policy(await self._of_key(digest))

    async def _of_key(self, digest: str) -> Identity:
        if hmac.compare_digest(digest, self._ports.policy.accounts.global_key_digest):
            return await self._first_admin()

        async def find(conn: AsyncConnection) -> tuple[int, Identity] | None:
            key = await proof_queries.find_active_key(conn, digest)
            if key is None:
                return None
            identity = await load_identity(conn, key.user_id, self._ports.policy.accounts, key.scope)
            # a token ends long before the uploads that were begun by it
            proof = f"u{key.user_id}" if key.scope.is_token else f"k{key.id}"
            return key.id, replace(identity, key_label=key.label, proof=proof)

        found = await self._ports.database.read_at_once(find)
        if found is None:
            raise Unauthenticated(_UNKNOWN_KEY)
        key, identity = found
        await self._note_use(key, identity)
        return identity

    async def _load_shared(self, _: None) -> frozenset[int]:
        return await self._ports.database.read_at_once(queries.list_shared_entities)

    async def _within_policy(self, identity: Identity) -> Identity:
        """Return the caller, told which entities are no person's where personal ones are switched off."""
        if self._ports.policy.accounts.personal_entities:
            return identity
        return replace(identity, shared_entities=await self._shared.get(None))

    async def _first_admin(self) -> Identity:
        """Return who the global admin key acts as. Raises `Unauthenticated` while there is no administrator."""

        async def find(conn: AsyncConnection) -> Identity | None:
            user_id = await queries.find_first_admin(conn)
            if user_id is None:
                return None
            identity = await load_identity(conn, user_id, self._ports.policy.accounts)
            return replace(identity, key_label=GLOBAL_KEY, proof=f"{GLOBAL_PROOF}{user_id}")

        found = await self._ports.database.read_at_once(find)
        if found is None:
            raise Unauthenticated(_UNKNOWN_KEY)
        return found

    async def _note_use(self, key: int, identity: Identity) -> None:
        """Record when a key was last used, at most once in `USE_NOTED_S`, so that reading stays reading."""
        if not self._used.is_news(key):
            return
        await self._note("the use of a key could not be noted", partial(proof_queries.touch_key, key_id=key), identity)

    async def _note(self, failed: str, touch: Callable[..., Awaitable[None]], identity: Identity) -> None:
        """Write a use, and with the first of a day that the account is active. The log says what `failed`."""
        now = self._ports.clock()
        today = (identity.user_id, day_of(now))
        is_first, is_done = self._active.is_news(today), False
        with going_on(failed):
            async with self._ports.database.write() as conn:
                await touch(conn, moment=now)
                if is_first:
                    await activity.note(self._ports, conn, identity.user_id, identity.kind)
            is_done = True
        if not is_done:
            self._active.forget(today)

    async def vouch(self, proof: str) -> None:
        """Raise `Denied` where the `Identity.proof` of an earlier caller has been taken back, or the account ended."""
        if not await self._proofs.get(proof):
            raise Denied("who asked for this URL may not use it any more; ask for a new one")

    async def _is_good(self, proof: str) -> bool:
        kind, number = proof[:1], int(proof[1:])
        if proof == ANONYMOUS.proof:
            return self._ports.policy.accounts.anonymous_readers
        if kind == GLOBAL_PROOF:
            if not self._ports.policy.accounts.global_key_digest:
                return False
            kind = "u"  # as long as the account is good that it acts as

        async def find(conn: AsyncConnection) -> bool:
            return await proof_queries.is_good_proof(conn, kind, number)

        return await self._ports.database.read_at_once(find)

    async def by_session(self, token: str) -> tuple[Identity, BrowserSession] | None:
        """Return who a session cookie names, None when it has ended."""
        now = self._ports.clock()

        async def find(conn: AsyncConnection) -> tuple[Identity, BrowserSession] | None:
            session = await proof_queries.find_session(conn, secrets.hash_token(token), now, used_since(self._ports))
            if session is None:
                return None
            identity = await load_identity(conn, session.user_id, self._ports.policy.accounts)
            return replace(identity, proof=f"s{session.id}"), session

        found = await self._ports.database.read_at_once(find)
        if found is not None and now - found[1].last_seen_at >= SEEN_NOTED:
            touch = partial(proof_queries.touch_session, session_id=found[1].id)
            await self._note("the use of a browser session could not be noted", touch, found[0])
        return (await self._within_policy(found[0]), found[1]) if found else None


def used_since(ports: Ports) -> datetime:
    """Return when a browser session must have been used last so as not to have ended of idleness."""
    idle_s = ports.policy.session_idle_s
    if not idle_s:
        return BEFORE_ALL
    # use is noted now and then: whoever comes within the time is never taken for idle
    return ports.clock() - max(timedelta(seconds=idle_s), 2 * SEEN_NOTED)


def _key_of_header(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        _, _, password = base64.b64decode(value).decode().partition(":")
    except ValueError:  # not ASCII, not base64, not UTF-8
        return ""
    return password


def _check(scope: KeyScope, address: str, ports: Ports) -> None:
    if scope.expires_at is not None and scope.expires_at <= ports.clock():
        raise Unauthenticated("the API key has expired; sign in and make a new one at /authorize")
    if scope.networks and not _is_inside(address, scope):
        raise Denied(f"this API key may not be used from {address or 'an unknown address'}")


def _is_inside(address: str, scope: KeyScope) -> bool:
    try:
        given = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(given, "ipv4_mapped", None)
    return any((mapped or given) in network for network in scope.networks)


async def load_identity(
    conn: AsyncConnection, user_id: int, policy: AccountPolicy, scope: KeyScope = UNBOUNDED
) -> Identity:
    """Return the account with all its memberships; five or six small queries."""
    user = await queries.find_user(conn, user_id)
    assert user is not None, "keys and sessions go with their owner"
    organizations = await queries.organization_roles(conn, user_id)
    owned = await queries.list_entities_of(conn, list(organizations)) if organizations else []
    places = _Places(user, organizations, owned)
    roles = places.capped(await queries.team_roles(conn, user_id)) | places.roles()
    if user.kind == "human":
        roles[user.entity_id] = Role.ADMIN if policy.personal_entities else Role.VIEWER
    named = await queries.project_roles(conn, user_id)
    added_in_teams, added_in_projects = places.added(await role_queries.list_added(conn, user_id))
    return Identity(
        user_id=user.id,
        username=user.username,
        entity_id=user.entity_id,
        is_admin=user.is_admin,
        kind=user.kind,
        roles=roles,
        organization_roles=organizations,
        project_roles=_strongest_roles(places, named),
        rights=added_in_teams,
        project_rights=added_in_projects,
        oversees=places.overseen(),
        enters_teams=policy.admins_enter_teams,
        key=scope,
    )


def _strongest_roles(places: _Places, named: list[ProjectRole]) -> dict[int, str]:
    """Return project id → role: of several places in one list that which may most."""
    found: dict[int, str] = {}
    for item in named:
        role = places.cap(item.entity_id, item.role)
        found[item.project_id] = strongest([role, found.get(item.project_id, role)])
    return found


@dataclass(frozen=True)
class _Places:
    """What an account's organizations own: teams, and the entity of each organization itself."""

    user: User
    organizations: Mapping[int, str]
    owned: list[Entity]

    def roles(self) -> dict[int, str]:
        """Return the roles that come with the organizations: in their own entities; of their services, in all teams."""
        own = {item.id: item for item in self.owned if item.kind is EntityKind.ORGANIZATION}
        roles = {item.id: self._role(item) for item in own.values()}
        if self.user.kind == "service" and self.user.entity_id in own:
            served = own[self.user.entity_id].organization_id
            roles |= {item.id: Role.MEMBER for item in self.owned if item.organization_id == served}
        return roles

    def overseen(self) -> frozenset[int]:
        return frozenset(item.id for item in self.owned if self._role(item) == Role.ADMIN)

    def capped(self, roles: dict[int, str]) -> dict[int, str]:
        return {entity_id: self.cap(entity_id, role) for entity_id, role in roles.items()}

    def cap(self, entity_id: int, role: str) -> str:
        """Return what is left of a role: who views an organization changes nothing in its teams."""
        return Role.VIEWER if self.views(entity_id) else role

    def added(self, held: list[tuple[int, int | None, tuple[str, ...]]]) -> tuple[dict[int, Rights], dict[int, Rights]]:
        """Return what custom roles add, by entity and by project; nothing where the organization is only viewed."""
        counted = [item for item in held if not self.views(item[0])]
        in_teams = {entity: rights_of(words) for entity, project, words in counted if project is None}
        return in_teams, {project: rights_of(words) for _, project, words in counted if project is not None}

    def views(self, entity_id: int) -> bool:
        """Tell whether it is of an organization that the account only views."""
        return any(item.id == entity_id and self._role(item) == Role.VIEWER for item in self.owned)

    def _role(self, owned: Entity) -> str:
        assert owned.organization_id is not None, "it was looked up by its organization"
        return self.organizations[owned.organization_id]
