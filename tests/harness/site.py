"""A whole server inside the test's own process: no sockets, its own database, and a clock the test moves."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from steelyard.config.sources import load
from steelyard.context import Context, KeyScope, Ports
from steelyard.domains.accounts import keys, organizations, queries, service, service_accounts, teams
from steelyard.domains.accounts.access import Visibility
from steelyard.domains.accounts.keys import NewKey
from steelyard.domains.accounts.model import Role
from steelyard.domains.accounts.service import NewUser
from steelyard.domains.history.curves.frames import MEDIA_TYPE
from steelyard.http.app import build_app
from steelyard.opening import close_ports, open_ports, system_context, with_settings
from steelyard.telemetry.logs import configure_logs
from tests.harness.frames import read_frames


class Clock:
    """Stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2025, 6, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Answer:
    status: int
    body: Any

    @property
    def data(self) -> Any:
        assert "errors" not in self.body, self.body
        return self.body["data"]

    @property
    def message(self) -> str:
        return str(self.body["errors"][0]["message"])


@dataclass
class Caller:
    """One account, or nobody, asking over HTTP."""

    site: "Site"
    name: str
    key: str | None
    address: str = "127.0.0.1"

    async def graphql(self, document: str, headers: dict[str, str] | None = None, **variables: Any) -> Answer:
        return await self.send("POST", "/graphql", {"query": document, "variables": variables}, headers)

    async def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        auth = ("api", self.key) if self.key else None
        answer = await self.site.http_from(self.address).request(method, path, json=body, auth=auth, headers=headers)
        if answer.headers.get("content-type") == MEDIA_TYPE:
            return Answer(answer.status_code, read_frames(answer.content))
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return Answer(answer.status_code, answer.json() if is_json else None)


class Site:
    def __init__(self, ports: Ports, clock: Clock) -> None:
        self.clock = clock
        self.use(ports)

    def use(self, ports: Ports) -> None:
        """Answer with these ports from now on: another policy or clock, the same database and store."""
        self.ports = ports
        self.app: Any = build_app(ports, contextlib.nullcontext)
        self._https: dict[str, httpx.AsyncClient] = {}
        self.http = self.http_from("127.0.0.1")

    def http_from(self, address: str) -> httpx.AsyncClient:
        """Return a client whose requests come from `address`."""
        if address not in self._https:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(address, 123))
            self._https[address] = httpx.AsyncClient(transport=transport, base_url="http://site.test")
        return self._https[address]

    @property
    def system(self) -> Context:
        return system_context(self.ports)

    def showing_public_projects(self) -> "Site":
        """Return the same site as another process answers that lets read who is not signed in."""
        policy = self.ports.policy
        accounts = replace(policy.accounts, anonymous_readers=True)
        return Site(replace(self.ports, policy=replace(policy, accounts=accounts)), self.clock)

    async def user(self, *, admin: bool = False) -> Caller:
        name, key = f"u{secrets.token_hex(4)}", secrets.token_hex(20)
        await service.create_user(self.system, NewUser(name, api_key=key, is_admin=admin))
        return Caller(self, name, key)

    def nobody(self) -> Caller:
        return Caller(self, "", None)

    async def team(self, admin: Caller, organization: str | None = None, **others: Caller) -> str:
        """Make a team; `others` are callers by role (`viewer=…`, `member=…`)."""
        name = f"t{secrets.token_hex(4)}"
        await teams.create_team(self.system, name, organization, admin.name)
        for role, caller in others.items():
            await teams.set_member(self.system, name, caller.name, Role(role))
        return name

    async def restrict(self, admin: Caller, team: str, project: str, **named: Caller) -> None:
        """Restrict a project to those named, by role (`viewer=…`, `member=…`)."""
        path = f"/app/projects/{team}/{project}"
        assert (await admin.send("PATCH", path, {"visibility": Visibility.RESTRICTED})).status == 200
        for role, caller in named.items():
            answer = await admin.send("POST", f"{path}/members", {"username": caller.name, "role": role})
            assert answer.status == 204, answer.body
            await self.settle(caller)

    async def settle(self, caller: Caller) -> None:
        """Give the account another key: rights are remembered by key for some seconds."""
        caller.key = (await self.key(caller)).key

    async def service_account(self, team: str) -> Caller:
        """Make an account that belongs to a team, or to all teams of an organization, instead of a person."""
        made = await service_accounts.create_service_account(self.system, team, "ci")
        async with self.ports.database.read() as conn:
            user = await queries.find_user(conn, made.key.user_id)
        assert user is not None
        return Caller(self, user.username, made.secret)

    async def key(self, owner: Caller, **scope: Any) -> Caller:
        """Make another key of an account, with bounds."""
        made = await keys.create_key(self.system, NewKey(scope=KeyScope(**scope), username=owner.name))
        return Caller(self, owner.name, made.secret)

    async def organization(self, admin: Caller, **others: Caller) -> str:
        """Make an organization; `others` are callers by role (`viewer=…`, `member=…`)."""
        name = f"o{secrets.token_hex(4)}"
        await organizations.create_organization(self.system, name, admin.name)
        for role, caller in others.items():
            await organizations.set_organization_member(self.system, name, caller.name, Role(role))
        return name


@contextlib.asynccontextmanager
async def open_site(data_dir: Path, env: dict[str, str]) -> AsyncIterator[Site]:
    """Open a site on the database and store that `env` names (`engines.Engine.fresh`)."""
    configure_logs("info", json=False)  # as the server does: by default traces are drawn with all their variables
    clock = Clock()
    loaded = load({"data_dir": data_dir}, env)
    ports = replace(with_settings(await open_ports(loaded.settings), loaded), clock=clock)
    site = Site(ports, clock)
    try:
        yield site
    finally:
        await site.http.aclose()
        await close_ports(ports)
