"""Tables of a run or of an artifact, and questions to them as the web app asks."""

import json
from dataclasses import dataclass
from typing import Any

from tests.harness.site import Answer, Caller
from tests.slices.artifact_wire import Logger
from tests.slices.streamed import START

CREATE = """mutation C($e: String!, $r: String!, $f: [String!]!) {
  createRunFiles(input: {entityName: $e, projectName: "p", runName: $r, files: $f}) { files { uploadUrl } } }"""


@dataclass
class Table:
    """One table, as somebody sees it."""

    caller: Caller
    source: dict[str, Any]

    def seen_by(self, other: Caller) -> "Table":
        return Table(other, self.source)

    async def ask_once(self, what: str = "query", **question: Any) -> Answer:
        return await self.caller.send("POST", f"/app/tables:{what}", {"source": self.source, **question})

    async def ask(self, what: str = "query", **question: Any) -> Answer:
        """Ask until the table is ready, as a browser does."""
        while (answer := await self.ask_once(what, **question)).status == 202:
            pass
        return answer

    async def get(self, what: str = "query", **question: Any) -> Any:
        answer = await self.ask(what, **question)
        assert answer.status == 200, answer.body
        return answer.body

    async def cells(self, **question: Any) -> list[list[Any]]:
        return [row["cells"] for row in (await self.get(**question))["rows"]]

    async def csv(self, **question: Any) -> str:
        await self.get("describe")
        params = {"source": json.dumps(self.source)}
        params |= {key: item if isinstance(item, str) else json.dumps(item) for key, item in question.items()}
        auth = ("api", str(self.caller.key))
        answer = await self.caller.site.http.get("/app/tables/export", params=params, auth=auth)
        assert answer.status_code == 200, answer.text
        return answer.text


async def put_file(caller: Caller, run: str, path: str, body: bytes) -> Table:
    """Upload a file of a run of the project `p`, which is made if need be."""
    assert (await caller.graphql(START, name=run, entity=caller.name)).data
    answer = await caller.graphql(CREATE, e=caller.name, r=run, f=[path])
    url = answer.data["createRunFiles"]["files"][0]["uploadUrl"]
    assert (await Logger(caller).request("PUT", url, content=body)).status_code == 200
    return Table(caller, {"kind": "run", "entity": caller.name, "project": "p", "run": run, "path": path})


def in_version(logger: Logger, collection: str, path: str, version: str = "latest", **more: Any) -> Table:
    """Name an entry of a version that `logger` logged as a data set."""
    place = {"entity": logger.caller.name, "project": logger.project, "type": "dataset", "collection": collection}
    return Table(logger.caller, {"kind": "artifact", **place, "version": version, "path": path, **more})
