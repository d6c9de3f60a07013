"""Requests that come through a proxy while servers are replaced: each is sent once, and each must be answered well."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.contract.wire import UPSERT, Wire
from tests.harness.server import Server, User

PAUSE_S = 0.05
# For what hangs: a busy machine is no fault of the server.
WAIT_MAX_S = 120
# Longer than a proxy leaves out a server that has refused it once.
BETWEEN_S = 2.5
RUN = "query($e:String!,$p:String!,$r:String!){project(entityName:$e,name:$p){run(name:$r){historyLineCount}}}"


@dataclass
class Load:
    """Streams and reads one run by one kept connection, and never asks twice. `failures` has what was not 200."""

    url: str
    user: User
    authority: Path
    rows: int = 0
    requests: int = 0
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._work, args=(ended,))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _work(self, ended: threading.Event) -> None:
        trust = ssl.create_default_context(cafile=self.authority)
        wire = Wire(self.url, self.user.name, self.user.api_key, project="rolling")
        address = {"e": wire.entity, "p": wire.project, "r": "run"}
        with httpx.Client(
            base_url=self.url, verify=trust, trust_env=False, auth=("api", self.user.api_key), timeout=WAIT_MAX_S
        ) as http:
            start = {"name": "run", "project": wire.project, "entity": wire.entity}
            self._ask(http, "/graphql", {"query": UPSERT, "variables": start})
            while not ended.is_set():
                lines = [f'{{"_step": {self.rows}, "loss": {self.rows}}}']
                files = {"wandb-history.jsonl": {"offset": self.rows, "content": lines}}
                if self._ask(http, wire.stream_path("run"), {"files": files}) is not None:
                    self.rows += 1
                told = self._ask(http, "/graphql", {"query": RUN, "variables": address})
                if told is not None and told["data"]["project"]["run"]["historyLineCount"] != self.rows:
                    self.failures.append(f"{self.rows} rows were acknowledged, and then: {told}")
                time.sleep(PAUSE_S)

    def _ask(self, http: httpx.Client, path: str, body: dict[str, Any]) -> Any:
        self.requests += 1
        try:
            answer = http.post(path, json=body)
        except httpx.HTTPError as error:
            self.failures.append(repr(error))
            return None
        if answer.status_code != 200:
            self.failures.append(f"{answer.status_code} {answer.text[:300]}")
            return None
        return answer.json()


def is_ready(server: Server) -> bool:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=WAIT_MAX_S) as http:
        return http.get("/ready").status_code == 200
