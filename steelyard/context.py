"""Who asks, what time it is, and the ports they may use: handed to every service function.

Made once per request, per job and per command. Nothing here reads settings or opens connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from steelyard.kernel.banner import Banner
from steelyard.kernel.clock import Clock
from steelyard.kernel.lasting import Lasting
from steelyard.kernel.limiter import Limiter
from steelyard.kernel.recently import Recently
from steelyard.ports.directory import Directory
from steelyard.ports.federation import TokenReader
from steelyard.ports.mail import Mailer
from steelyard.ports.objects import Grant, ObjectStore
from steelyard.ports.slack import Slack
from steelyard.ports.sso import IdentityProvider
from steelyard.ports.team_buckets import NoTeamBuckets, TeamBuckets
from steelyard.sql.engine import Database

# Who looks at the same thing again within this time is told of once; so many things are kept in mind, 0.3 KB each.
LOOKED_S, LOOKED_MAX = 600.0, 20_000


@dataclass(frozen=True)
class HistoryPolicy:
    """When streamed rows move from the journal into segments, and what reading them may keep in memory."""

    flush_chunks: int = 256
    flush_bytes: int = 8 << 20
    seal_values: int = 2_000_000
    merge_fan_in: int = 8
    cache_bytes: int = 256 << 20
    exports: str = "exact"


@dataclass(frozen=True)
class CollectionPolicy:
    """When what nobody needs any more is deleted from the store (docs/operate/storage.md)."""

    enabled: bool = True
    every_s: int = 3600
    grace_s: int = 86_400
    unfinished_s: int = 86_400
    batch_rows: int = 500
    parallel_deletes: int = 8


@dataclass(frozen=True)
class AccountPolicy:
    """What accounts may do by themselves (docs/operate/access.md)."""

    # False: nobody makes projects under their own name any more, and what is there is read-only.
    personal_entities: bool = True
    # True: whoever has an account makes teams.
    user_teams: bool = False
    # False: clients do not upload the source of programs, whatever their owners have chosen.
    code_saving: bool = True
    # False: teams keep no secrets.
    team_secrets: bool = True
    # False: administrators see the teams that they belong to, and no others.
    admins_enter_teams: bool = True
    # True: whoever is not signed in may read the projects that everybody may see (docs/operate/access.md).
    anonymous_readers: bool = False
    # False: when people were active is not kept (docs/operate/access.md).
    activity: bool = True
    # Digest of the static key that acts as the first administrator; empty: there is none.
    global_key_digest: str = field(default="", repr=False)


@dataclass(frozen=True)
class AuditPolicy:
    """What the audit log keeps (docs/operate/audit.md)."""

    collect: bool = True
    # Whether it tells too who has looked at what.
    reads: bool = True
    # Lines are kept for this long; 0: for ever.
    days: int = 365
    # Whether each day's lines are copied to the object store.
    copies: bool = False


@dataclass(frozen=True)
class SignOnPolicy:
    """What single sign-on decides, where there is a provider (docs/operate/sso.md)."""

    label: str = "SSO"
    # True: who has no account is given one.
    provisioning: bool = True
    # True: new accounts are named as the provider names them.
    provider_names: bool = False
    # True: nobody signs in by a password.
    only_way: bool = False


@dataclass(frozen=True)
class FederationPolicy:
    """How identity tokens are exchanged (docs/operate/federation.md)."""

    # How long an access token is good.
    token_s: int = 3600
    # True: tokens that were made for others count too.
    any_audience: bool = False


@dataclass(frozen=True)
class Policy:
    """The settings that domains decide by."""

    signup_open: bool = False
    session_hours: int = 720
    # 0: a session that nobody uses goes on until its end.
    session_idle_s: int = 0
    heartbeat_grace_s: int = 300
    trash_days: int = 0
    # How long signed URLs are good for reading and for writing, and whether they say who asked.
    read_ttl_s: int = 3600
    write_ttl_s: int = 86_400
    attributed: bool = True
    public_url: str = ""
    # What clients must trust to reach it, as PEM, where its authority is a private one.
    client_authority: str = ""
    banners: tuple[Banner, ...] = ()
    history: HistoryPolicy = HistoryPolicy()
    table_index_bytes: int = 10 << 30
    gc: CollectionPolicy = CollectionPolicy()
    features_off: frozenset[str] = frozenset()
    accounts: AccountPolicy = AccountPolicy()
    audit: AuditPolicy = AuditPolicy()
    sso: SignOnPolicy = SignOnPolicy()
    # Whether SCIM answers are written as RFC 7643 has them.
    scim_strict: bool = False
    federation: FederationPolicy = FederationPolicy()

    @property
    def upload_window_s(self) -> int:
        """How long an object may still be written by a URL signed now, slow uploads and clocks that differ included."""
        return self.write_ttl_s + min(self.gc.grace_s, 3600)

    @property
    def url_ttl_s(self) -> int:
        """How long any signed URL may still lead somewhere."""
        return max(self.read_ttl_s, self.write_ttl_s)


@dataclass(frozen=True)
class ShownSetting:
    """A setting as administrators see it: the value without secrets, and what it was set by."""

    name: str
    value: bool | int | str
    source: str
    variable: str
    doc: str


@dataclass(frozen=True)
class Ports:
    """What the composition root hands to everybody."""

    database: Database
    objects: ObjectStore
    clock: Clock
    policy: Policy
    # None where the operator has named no mail server.
    mail: Mailer | None = None
    # None where the operator has named no Slack app.
    slack: Slack | None = None
    # None where there is no single sign-on.
    sso: IdentityProvider | None = None
    # None where people do not sign in by a directory.
    directory: Directory | None = None
    federation: TokenReader | None = None
    # What a team may have instead of the main bucket.
    team_buckets: TeamBuckets = field(default_factory=NoTeamBuckets)
    # What was set and from where, and what of it has no effect: to be shown, never to decide by.
    settings: tuple[ShownSetting, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)
    limiter: Limiter = field(default_factory=Limiter, compare=False, repr=False)
    # What the audit log has told of reading.
    looked: Recently = field(default_factory=lambda: Recently(LOOKED_S, LOOKED_MAX), compare=False, repr=False)
    # Work that outlives the requests that ask for it.
    lasting: Lasting = field(default_factory=Lasting, compare=False, repr=False)
    # Set when the process has been asked to end and still serves.
    draining: asyncio.Event = field(default_factory=asyncio.Event, compare=False, repr=False)
    # Set when the process ends: answers that would go on for ever end themselves then.
    closing: asyncio.Event = field(default_factory=asyncio.Event, compare=False, repr=False)


class KeyRights(StrEnum):
    """What a key lets its bearer do of what the account may."""

    ALL = "all"
    # see, and add: runs, rows, files, artifact versions; never delete or change what is there
    APPEND = "append"
    READ = "read"


@dataclass(frozen=True)
class KeyScope:
    """The bounds of an API key; by default it has none."""

    rights: KeyRights = KeyRights.ALL
    # Nothing outside these projects; None for no such bound.
    project_ids: frozenset[int] | None = None
    expires_at: datetime | None = None
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    # An access token of identity federation: nothing that lasts longer than itself is made or changed by it.
    is_token: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the bearer may do all that the account may, while and where the key is good."""
        return self.rights is KeyRights.ALL and self.project_ids is None and not self.is_token


UNBOUNDED = KeyScope()


@dataclass(frozen=True)
class Identity:
    """An authenticated account with its memberships as of at most a few seconds ago."""

    user_id: int
    username: str
    entity_id: int
    is_admin: bool
    kind: str = "human"
    # entity id → role ("admin", "member", "viewer"), own personal entity included
    roles: Mapping[int, str] = field(default_factory=dict)
    # organization id → role
    organization_roles: Mapping[int, str] = field(default_factory=dict)
    # project id → role, of projects whose member list names the account
    project_roles: Mapping[int, str] = field(default_factory=dict)
    # entity id, or project id → what a custom role adds to the role there: pairs of kind and permission
    rights: Mapping[int, frozenset[tuple[str, str]]] = field(default_factory=dict)
    project_rights: Mapping[int, frozenset[tuple[str, str]]] = field(default_factory=dict)
    # entity ids of the teams of organizations that the account administers
    oversees: frozenset[int] = frozenset()
    # Where personal entities are switched off, the entities that are no person's; None where they are on.
    shared_entities: frozenset[int] | None = None
    # False: administering the server or an organization opens no team (`AccountPolicy.admins_enter_teams`)
    enters_teams: bool = True
    # The bounds of the key that it was known by; those of a browser session are none.
    key: KeyScope = UNBOUNDED
    # What the audit log calls that key; empty for browser sessions.
    key_label: str = ""
    # What it was known by: `k1`, `s1` or `u1`, for a key, a browser session, or the account alone, by number; `g1` for
    # the global admin key that acted as account 1; `a0` for nobody at all.
    proof: str = ""


# The operator at the command line, and our own background jobs: allowed everything, owning nothing.
SYSTEM = Identity(user_id=0, username="", entity_id=0, is_admin=True, kind="system")


# Whoever is not signed in, on a server that shows them public projects: belongs nowhere, and only reads.
ANONYMOUS = Identity(
    user_id=0,
    username="",
    entity_id=0,
    is_admin=False,
    kind="anonymous",
    key=KeyScope(KeyRights.READ),
    proof="a0",
)


@dataclass(frozen=True)
class Context:
    """One caller and what they may reach. `origin` is the public URL that links of the answer begin with.

    `address` is where the request comes from, as the trusted proxies tell it, `client` the program that sends it.
    """

    ports: Ports
    identity: Identity | None = None
    origin: str = ""
    request_id: str = ""
    address: str = ""
    client: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    # What this request has loaded already (graphql/loading.py).
    loaded: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def database(self) -> Database:
        return self.ports.database

    @property
    def account(self) -> Identity | None:
        """Who is signed in; None for nobody, who may be a reader of public projects all the same."""
        return None if self.identity is ANONYMOUS else self.identity

    @property
    def may_read(self) -> Grant:
        """What URLs that read are signed under, of what the caller may see."""
        return self._granted(self.ports.policy.read_ttl_s)

    @property
    def may_write(self) -> Grant:
        return self._granted(self.ports.policy.write_ttl_s)

    def _granted(self, ttl_s: int) -> Grant:
        if self.identity is None:
            return Grant(self.origin, ttl_s)
        named = self.identity.username if self.ports.policy.attributed else ""
        return Grant(self.origin, ttl_s, named, self.identity.proof)

    def as_system(self) -> Context:
        return replace(self, identity=SYSTEM)
