"""One run and its streams, as raw requests and as readers see them."""

import json
from typing import Any

from tests.harness.site import Answer, Caller

START = """mutation($name: String, $entity: String) {
  upsertBucket(input: {name: $name, modelName: "p", entityName: $entity}) { bucket { id historyLineCount } } }"""


class Run:
    """One run and its streams, as raw requests."""

    def __init__(self, caller: Caller, name: str) -> None:
        self.caller, self.name = caller, name

    async def post(self, body: Any, **headers: str) -> Answer:
        path = f"/files/{self.caller.name}/p/{self.name}/file_stream"
        named = {f"X-WANDB-{key.replace('_', '-')}": value for key, value in headers.items()}
        return await self.caller.send("POST", path, body, named)

    async def send(self, offset: int, rows: list[Any], file: str = "wandb-history.jsonl", **headers: str) -> None:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        answer = await self.post({"files": {file: {"offset": offset, "content": lines}}}, **headers)
        assert (answer.status, answer.body) == (200, {"exitcode": None, "limits": {}, "stopped": False})

    async def ask(self, fields: str) -> Any:
        document = f"""query($e: String!, $r: String!) {{ project(name: "p", entityName: $e) {{
          run(name: $r) {{ {fields} }} }} }}"""
        return (await self.caller.graphql(document, e=self.caller.name, r=self.name)).data["project"]["run"]

    async def sampled(self, **spec: Any) -> list[dict[str, Any]]:
        text = json.dumps(json.dumps(spec))
        (rows,) = (await self.ask(f"sampledHistory(specs: [{text}])"))["sampledHistory"]
        return rows

    async def rows(self, args: str = "samples: 100000") -> list[dict[str, Any]]:
        return [json.loads(row) for row in (await self.ask(f"history({args})"))["history"]]
