"""A place with things of every kind and every kind of caller, and the form of a request about it."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from steelyard.context import KeyRights
from steelyard.domains.accounts import people, roles, teams
from steelyard.domains.accounts.model import Role
from steelyard.domains.accounts.roles import RoleSpec
from steelyard.kernel.ids import decode_global_id, encode_global_id
from tests.access.rules import ALLOWED, CUSTOM, VISIBILITIES
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger
from tests.slices.logged_tables import Table

TABLE = b'{"columns": ["a"], "data": [[1]]}'
VERSION = {"type": "dataset", "collection": "data", "version": "v0"}
SWEEP = "method: random\nparameters: {lr: {min: 0.0, max: 1.0}}\n"
UPSERT = """mutation U($input: UpsertBucketInput!) { upsertBucket(input: $input) {
  bucket { id project { id } } } }"""
Things = dict[str, Any]


@dataclass
class Place:
    """A team with a project of each visibility, each with the same things in it, and a caller of each kind."""

    site: Site
    team: str
    organization: str
    callers: dict[str, Caller]
    things: dict[str, Things] = field(default_factory=dict)

    async def fill(self, visibility: str) -> None:
        """Make the project and all that requests name of it."""
        project, maker = f"p-{visibility}", self.callers["team member"]
        made = await self._start(project, "r")
        logger = Logger(maker, self.team, project)
        mapped = secrets.token_hex(64)
        content = visibility.encode()  # another in each, for content is found by its digest alone
        version = await logger.log("data", {"a.txt": content, "t.table.json": TABLE}, clientID=mapped)
        pending = (await logger.create("draft", {"b": b"b"}))["id"]
        manifest = await self.ask(
            """mutation M($i: CreateArtifactManifestInput!) {
              m: createArtifactManifest(input: $i) { artifactManifest { id } } }""",
            logger.place | {"artifactID": pending, "name": "m.json", "digest": ""},
        )
        link = logger.place | {"artifactPortfolioName": "shelf", "artifactID": version}
        await self.ask("mutation L($i: LinkArtifactInput!) { m: linkArtifact(input: $i) { versionIndex } }", link)
        (slot,) = await logger.open_files(version, {"a.txt": content})
        sweep = await self.ask(
            "mutation S($i: UpsertSweepInput!) { m: upsertSweep(input: $i) { sweep { id name } } }",
            logger.place | {"config": SWEEP},
        )
        agent = await self.ask(
            "mutation A($i: CreateAgentInput!) { m: createAgent(input: $i) { agent { id } } }",
            logger.place | {"host": "h", "sweep": sweep["sweep"]["name"]},
        )
        source = {"kind": "artifact", "entity": self.team, "project": project, **VERSION, "path": "t.table.json"}
        await Table(maker, source).get("describe")  # until it is ready
        self.things[visibility] = {
            "entityName": self.team,
            "projectName": project,
            "$team": self.team,
            "$project_name": project,
            "$project": made["project"]["id"],
            "$run": made["id"],
            "$version": version,
            "$pending": pending,
            "$manifest": manifest["artifactManifest"]["id"],
            "$sequence": await self._collection(logger, "data"),
            "$portfolio": await self._collection(logger, "shelf"),
            "$path": slot["storagePath"],
            "$alias": logger.place | {"artifactCollectionName": "data", "alias": "good"},
            "$mapped": mapped,
            "$sweep": sweep["sweep"]["id"],
            "$sweep_name": sweep["sweep"]["name"],
            "$agent": agent["agent"]["id"],
            "$view": await self.view(project),
            "$file": await self.file(project),
            "$source": source,
            "$digest": hashlib.md5(content).hexdigest(),
            "$organization": self.organization,
            "$organization_id": await self._organization_id(),
            "$member": maker.name,
            "$viewer_id": await self._user_id("team viewer"),
            "$team_id": await self._team_id(),
        }
        if visibility == "restricted":
            await self._restrict(project)
        else:
            await self.show(project, visibility)

    async def _restrict(self, project: str) -> None:
        """Show the project to those of the team's people alone whom the walk expects to see it."""
        named = {"viewer": self.callers["team viewer"], "member": self.callers["team member"]}
        named |= {who: self.callers[who] for who in CUSTOM}
        await self.site.restrict(self.callers["team admin"], self.team, project, **named)

    async def show(self, project: str, visibility: str) -> None:
        path = f"/app/projects/{self.team}/{project}"
        changed = await self.callers["team admin"].send("PATCH", path, {"visibility": visibility})
        assert changed.status == 200, changed.body

    async def _start(self, project: str, run: str) -> Things:
        given = {"entityName": self.team, "modelName": project, "name": run}
        made: Things = (await self.callers["team admin"].graphql(UPSERT, input=given)).data["upsertBucket"]["bucket"]
        return made

    async def ask(self, document: str, given: Things) -> Things:
        found: Things = (await self.callers["team admin"].graphql(document, i=given)).data["m"]
        return found

    async def _collection(self, logger: Logger, name: str) -> str:
        document = """query C($entityName: String!, $projectName: String!, $name: String!) {
          project(name: $projectName, entityName: $entityName) { artifactCollection(name: $name) { id } } }"""
        answer = await self.callers["team admin"].graphql(document, **logger.place, name=name)
        return str(answer.data["project"]["artifactCollection"]["id"])

    async def view(self, project: str) -> str:
        given = {"entityName": self.team, "projectName": project, "type": "runs", "spec": "{}"}
        document = "mutation V($i: UpsertViewInput!) { m: upsertView(input: $i) { view { id } } }"
        return str((await self.ask(document, given))["view"]["id"])

    async def file(self, project: str) -> str:
        name = f"f-{secrets.token_hex(4)}"
        given = {"entityName": self.team, "projectName": project, "runName": "r", "files": [name]}
        document = "mutation F($i: CreateRunFilesInput!) { m: createRunFiles(input: $i) { files { name } } }"
        await self.ask(document, given)
        document = """query Q($e: String!, $p: String!, $n: [String]) {
          project(name: $p, entityName: $e) { run(name: "r") { files(names: $n) { edges { node { id } } } } } }"""
        found = await self.callers["team admin"].graphql(document, e=self.team, p=project, n=[name])
        return str(found.data["project"]["run"]["files"]["edges"][0]["node"]["id"])

    async def _user_id(self, who: str) -> str:
        found = await self.callers[who].graphql("{ viewer { id } }")
        return str(found.data["viewer"]["id"])

    async def _team_id(self) -> str:
        found = await self.callers["team admin"].graphql(
            "query E($e: String!) { entity(name: $e) { id } }", e=self.team
        )
        return str(found.data["entity"]["id"])

    async def _organization_id(self) -> str:
        found = await self.callers["organization admin"].graphql(
            "query O($o: String!) { organization(name: $o) { id } }", o=self.organization
        )
        return str(found.data["organization"]["id"])

    # ---- things to be deleted, one for each caller that may ----

    async def fresh_run(self, visibility: str) -> Things:
        name = f"run-{secrets.token_hex(4)}"
        made = await self._start(f"p-{visibility}", name)
        return {"run": name, "$run": made["id"], "$run_name": name}

    async def fresh_project(self, visibility: str) -> Things:
        name = f"project-{secrets.token_hex(4)}"
        made = await self._start(name, "r")
        await (self._restrict(name) if visibility == "restricted" else self.show(name, visibility))
        return {"project": name, "$project": made["project"]["id"], "$project_name": name}

    async def fresh_version(self, visibility: str) -> Things:
        name, maker = f"data-{secrets.token_hex(4)}", self.callers["team member"]
        logger = Logger(maker, self.team, f"p-{visibility}")
        version = await logger.log(name, {"a.txt": b"alpha"})
        shelf = f"shelf-{secrets.token_hex(4)}"
        link = logger.place | {"artifactPortfolioName": shelf, "artifactID": version}
        await self.ask("mutation L($i: LinkArtifactInput!) { m: linkArtifact(input: $i) { versionIndex } }", link)
        return VERSION | {
            "collection": name,
            "$version": version,
            "$sequence": await self._collection(logger, name),
            "$portfolio": await self._collection(logger, shelf),
        }

    async def fresh_view(self, visibility: str) -> Things:
        return {"$view": await self.view(f"p-{visibility}")}

    async def fresh_file(self, visibility: str) -> Things:
        return {"$file": await self.file(f"p-{visibility}")}


async def open_place(site: Site, visibilities: Sequence[str] = VISIBILITIES) -> Place:
    names = ("outsider", "team viewer", "team member", "team admin", "organization admin", "deactivated user")
    callers = {name: await site.user() for name in names}
    callers |= {"anonymous": site.nobody(), ALLOWED: site.showing_public_projects().nobody()}
    callers |= {"server admin": await site.user(admin=True)}
    organization = await site.organization(callers["organization admin"])
    team = await site.team(
        callers["team admin"], organization, member=callers["team member"], viewer=callers["team viewer"]
    )
    for who, (parent, permissions) in CUSTOM.items():
        callers[who] = await site.user()
        await roles.create_role(site.system, organization, RoleSpec(who, "", parent, permissions))
        await teams.set_member(site.system, team, callers[who].name, who)
    place = Place(site, team, organization, callers)
    for visibility in visibilities:
        await place.fill(visibility)
    await place.ask(
        "mutation C($i: CreateCustomChartInput!) { m: createCustomChart(input: $i) { chart { id } } }",
        {"entity": team, "name": "shown", "displayName": "x", "type": "vega2", "access": "PRIVATE", "spec": "{}"},
    )
    await _add_programs(place)
    site.ports.closing.set()  # answers that would go on for ever end at once
    return place


async def _add_programs(place: Place) -> None:
    """Add the callers that are no people of their own: keys of the member, a service account, an ended account."""
    site, callers = place.site, place.callers
    member = callers["team member"]
    start = {"modelName": "other", "name": "r"}
    other = (await member.graphql(UPSERT, input=start)).data["upsertBucket"]["bucket"]["project"]["id"]
    callers["service account"] = await site.service_account(place.team)
    callers["read-only key"] = await site.key(member, rights=KeyRights.READ)
    callers["append-only key"] = await site.key(member, rights=KeyRights.APPEND)
    bound = frozenset({decode_global_id("Project", other)})
    callers["key of another project"] = await site.key(member, project_ids=bound)
    callers["expired key"] = await site.key(member, expires_at=site.clock() + timedelta(seconds=1))
    site.clock.move(2)
    gone = callers["deactivated user"]
    await teams.set_member(site.system, place.team, gone.name, Role.MEMBER)
    await people.deactivate_user(site.system, gone.name)


Prepare = Callable[[Place, str], Awaitable[Things]]


@dataclass(frozen=True)
class Ask:
    """`given` is the input of a mutation, the arguments of a query, or the body of a route.

    Texts that begin with `$` stand for things of the place. `prepare` makes what the request will delete. `lets_in` is
    what a caller who is let in is answered.
    """

    given: Any = None
    prepare: Prepare | None = None
    lets_in: tuple[int, ...] = (200, 204)
    # of a route: parts of its path
    path: dict[str, str] = field(default_factory=dict)
    query: str = ""
    # Of a mutation: what it answers with, null for what is absent.
    shows: str = ""


def absent(kind: str) -> str:
    return encode_global_id(kind, 999_999)
