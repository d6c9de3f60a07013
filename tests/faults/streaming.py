"""A run that a program streams to whatever happens, and what must be read of it: every acknowledged row, once."""

import json
import random
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.contract.wire import CREATE_FILES, Wire
from tests.harness.server import PASSWORD, Server

NAME, KEY = "operator", f"local-{secrets.token_hex(20)}"
# Settings of a server whose first account is there as soon as it answers.
WITH_ACCOUNT = {
    "STEELYARD_ACCOUNTS_ADMIN_USERNAME": NAME,
    "STEELYARD_ACCOUNTS_ADMIN_EMAIL": f"{NAME}@example.com",
    "STEELYARD_ACCOUNTS_ADMIN_PASSWORD": PASSWORD,
    "STEELYARD_ACCOUNTS_ADMIN_API_KEY": KEY,
}


def wire_to(server: Server) -> Wire:
    """A connection of the account that `WITH_ACCOUNT` makes."""
    return Wire(server.url, NAME, KEY)


@dataclass
class Streamed:
    """One run. `rows` are those whose request was answered with 200."""

    wire: Wire
    run: str
    row_chars: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)

    def start(self) -> "Streamed":
        self.wire.start(self.run)
        return self

    def send(self, count: int = 5) -> int:
        """Send the next rows, or again those that were not taken; return the status."""
        first = len(self.rows)
        rows = [self._row(step) for step in range(first, first + count)]
        status = self.wire.append(self.run, first, [json.dumps(row) for row in rows]).status_code
        if status == httpx.codes.OK:
            self.rows += rows
        return status

    def _row(self, step: int) -> dict[str, Any]:
        chance = random.Random(step)  # the same again when it is sent again, and nothing that could be compressed
        row: dict[str, Any] = {"_step": step, "loss": chance.random()}
        if self.row_chars:
            row["text"] = chance.randbytes(self.row_chars // 2).hex()
        return row

    def read(self) -> list[dict[str, Any]]:
        """Every row that the server has."""
        return [json.loads(row) for row in self.wire.read(self.run)["history"]]

    def try_read(self) -> httpx.Response:
        """The answer to a read that may fail."""
        document = "query($e:String!,$p:String!,$r:String!){project(name:$p,entityName:$e){run(name:$r){history}}}"
        return self.wire.graphql(document, e=self.wire.entity, p=self.wire.project, r=self.run)

    def upload(self, name: str, content: bytes) -> int:
        """Upload a file in one request, as clients do; return the status, of the first step that failed."""
        variables = {"entity": self.wire.entity, "project": self.wire.project, "run": self.run, "files": [name]}
        asked = self.wire.graphql(CREATE_FILES, **variables)
        if asked.status_code != httpx.codes.OK:
            return asked.status_code
        (file,) = asked.json()["data"]["createRunFiles"]["files"]
        return httpx.put(file["uploadUrl"], content=content, timeout=60, trust_env=False).status_code
