"""Raw requests, as a client in any language would send them: what the Python client never says can be said here."""

from dataclasses import dataclass
from typing import Any

import httpx

UPSERT = """mutation Start($name: String, $project: String, $entity: String) {
  upsertBucket(input: {name: $name, modelName: $project, entityName: $entity}) {
    bucket { id name historyLineCount project { name entity { name } } } inserted } }"""

READ = """query Read($entity: String!, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) { run(name: $run) {
    state historyLineCount eventsLineCount logLineCount summaryMetrics historyKeys
    history(samples: 100000) events(samples: 100000)
    logLines(first: 10000) { edges { node { number line level } } } } } }"""

DELETE = "mutation Delete($id: ID!) { deleteRun(input: {id: $id}) { clientMutationId } }"

CREATE_FILES = """mutation Create($entity: String!, $project: String!, $run: String!, $files: [String!]!) {
  createRunFiles(input: {entityName: $entity, projectName: $project, runName: $run, files: $files}) {
    runID uploadHeaders files { name uploadUrl } } }"""

HISTORY = "wandb-history.jsonl"


@dataclass(frozen=True)
class Wire:
    """One person's connection. `key` is sent as the client sends it; None sends nothing."""

    url: str
    entity: str
    key: str | None
    project: str = "wire"

    def http(self) -> httpx.Client:
        auth = None if self.key is None else ("api", self.key)
        return httpx.Client(base_url=self.url, auth=auth, timeout=60, trust_env=False)

    def graphql(self, query: str, **variables: Any) -> httpx.Response:
        with self.http() as http:
            return http.post("/graphql", json={"query": query, "variables": variables})

    def data(self, query: str, **variables: Any) -> Any:
        """The data of an answer that must be good."""
        response = self.graphql(query, **variables)
        assert response.status_code == 200, response.text
        assert not response.json().get("errors"), response.text
        return response.json()["data"]

    def start(self, run: str) -> dict[str, Any]:
        started: dict[str, Any] = self.data(UPSERT, name=run, project=self.project, entity=self.entity)["upsertBucket"]
        return dict(started["bucket"])

    def delete(self, storage_id: str) -> None:
        self.data(DELETE, id=storage_id)

    def stream_path(self, run: str, entity: str | None = None) -> str:
        return f"/files/{entity or self.entity}/{self.project}/{run}/file_stream"

    def send(self, run: str, body: Any = None, *, entity: str | None = None, **options: Any) -> httpx.Response:
        """One file_stream request: `body` as JSON, or any `content` and `headers`."""
        with self.http() as http:
            if body is not None:
                options["json"] = body
            return http.post(self.stream_path(run, entity), **options)

    def append(self, run: str, offset: int, lines: list[str], file: str = HISTORY, **more: Any) -> httpx.Response:
        return self.send(run, {"files": {file: {"offset": offset, "content": lines}}, **more})

    def read(self, run: str) -> dict[str, Any]:
        project = self.data(READ, entity=self.entity, project=self.project, run=run)["project"]
        return dict(project["run"])
