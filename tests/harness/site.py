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
from steelyard.context import Context, Ports
from steelyard.domains.accounts import organizations, queries, service
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.service import NewUser
from steelyard.domains.history.curves.frames import MEDIA_TYPE
from steelyard.http.app import build_app
from steelyard.opening import close_ports, open_ports, system_context
from steelyard.sql.dialect import insert_row
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

    async def graphql(self, document: str, headers: dict[str, str] | None = None, **variables: Any) -> Answer:
        return await self.send("POST", "/graphql", {"query": document, "variables": variables}, headers)

    async def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        auth = ("api", self.key) if self.key else None
        answer = await self.site.http.request(method, path, json=body, auth=auth, headers=headers)
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
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://site.test")

    @property
    def system(self) -> Context:
        return system_context(self.ports)

    async def user(self, *, admin: bool = False) -> Caller:
        name, key = f"u{secrets.token_hex(4)}", secrets.token_hex(20)
        await service.create_user(self.system, NewUser(name, api_key=key, is_admin=admin))
        return Caller(self, name, key)

    def nobody(self) -> Caller:
        return Caller(self, "", None)

    async def team(self, admin: Caller, **others: Caller) -> str:
        """Make a team; `others` are callers by role (`viewer=…`, `member=…`)."""
        name = f"t{secrets.token_hex(4)}"
        team = await organizations.create_team(self.system, name, None, admin.name)
        async with self.ports.database.write() as conn:
            for role, caller in others.items():
                user = await queries.find_user_by_name(conn, caller.name)
                assert user is not None
                values = {"entity_id": team.id, "user_id": user.id, "role": role, "created_at": self.clock()}
                await insert_row(conn, t.team_members, **values)
        return name

    async def service_account(self, team: str) -> Caller:
        """Make an account that belongs to a team instead of a person."""
        caller = await self.user()
        async with self.ports.database.write() as conn:
            user, entity = await queries.find_user_by_name(conn, caller.name), await queries.find_entity(conn, team)
            assert user is not None
            assert entity is not None
            await queries.update_user(conn, user.id, kind="service", entity_id=entity.id)
            values = {"entity_id": entity.id, "user_id": user.id, "role": "member", "created_at": self.clock()}
            await insert_row(conn, t.team_members, **values)
        return caller


@contextlib.asynccontextmanager
async def open_site(data_dir: Path, env: dict[str, str]) -> AsyncIterator[Site]:
    """Open a site on the database and store that `env` names (`engines.Engine.fresh`)."""
    configure_logs("info", json=False)  # as the server does: by default traces are drawn with all their variables
    clock = Clock()
    ports = replace(await open_ports(load({"data_dir": data_dir}, env).settings), clock=clock)
    site = Site(ports, clock)
    try:
        yield site
    finally:
        await site.http.aclose()
        await close_ports(ports)
