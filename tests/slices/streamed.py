"""One run and its streams, as raw requests and as readers see them."""

import json
from typing import Any

from tests.harness.site import Answer, Caller

START = """mutation($name: String, $entity: String) {
  upsertBucket(input: {name: $name, modelName: "p", entityName: $entity}) { bucket { id historyLineCount } } }"""


FORK = """mutation($name: String, $entity: String, $config: JSONString) {
  upsertBucket(input: {name: $name, modelName: "p", entityName: $entity, config: $config}) {
    inserted bucket { id historyLineCount summaryMetrics } } }"""
REWIND = """mutation($name: String!, $entity: String, $to: Float!, $metric: String! = "_step") {
  rewindRun(input: {runName: $name, projectName: "p", entityName: $entity, metricName: $metric, metricValue: $to}) {
    rewoundRun { id name state summaryMetrics historyLineCount project { name entity { name } } } } }"""


def branch_point(run_id: str, step: Any) -> str:
    """The config of a run that is forked from this one."""
    return json.dumps({"_wandb": {"value": {"branch_point": {"run_id": run_id, "step": step}}}})


class Run:
    """One run and its streams, as raw requests."""

    def __init__(self, caller: Caller, name: str) -> None:
        self.caller, self.name = caller, name

    async def post(self, body: Any, **headers: str) -> Answer:
        path = f"/files/{self.caller.name}/p/{self.name}/file_stream"
        named = {f"X-WANDB-{key.replace('_', '-')}": value for key, value in headers.items()}
        return await self.caller.send("POST", path, body, named)

    async def send(self, offset: int, rows: list[Any], file: str = "wandb-history.jsonl", **headers: str) -> None:
        answer = await self.offer(offset, rows, file, **headers)
        assert (answer.status, answer.body) == (200, {"exitcode": None, "limits": {}, "stopped": False})

    async def offer(self, offset: int, rows: list[Any], file: str = "wandb-history.jsonl", **headers: str) -> Answer:
        """Send rows that may be refused."""
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        return await self.post({"files": {file: {"offset": offset, "content": lines}}}, **headers)

    async def ask(self, fields: str) -> Any:
        document = f"""query($e: String!, $r: String!) {{ project(name: "p", entityName: $e) {{
          run(name: $r) {{ {fields} }} }} }}"""
        return (await self.caller.graphql(document, e=self.caller.name, r=self.name)).data["project"]["run"]

    async def fork(self, name: str, step: Any) -> Answer:
        config = branch_point(self.name, step)
        return await self.caller.graphql(FORK, name=name, entity=self.caller.name, config=config)

    async def rewind(self, step: float) -> dict[str, Any]:
        answer = await self.caller.graphql(REWIND, name=self.name, entity=self.caller.name, to=step)
        found: dict[str, Any] = answer.data["rewindRun"]["rewoundRun"]
        return found

    async def sampled(self, **spec: Any) -> list[dict[str, Any]]:
        text = json.dumps(json.dumps(spec))
        (rows,) = (await self.ask(f"sampledHistory(specs: [{text}])"))["sampledHistory"]
        return rows

    async def rows(self, args: str = "samples: 100000") -> list[dict[str, Any]]:
        return [json.loads(row) for row in (await self.ask(f"history({args})"))["history"]]
