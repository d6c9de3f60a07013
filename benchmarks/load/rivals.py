"""What Steelyard is measured against in the same run: trackio, and a bare acceptor of the same requests."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.load.program import Program, post_json, python_module, started
from benchmarks.load.sources import FileStream
from benchmarks.load.traffic import PROJECT, first_values, http_head, http_post, metric_names, values
from tests.services.packages import ensure_venv
from tests.services.places import CACHE, free_port

TRACKIO = "trackio"
# Each request costs its server several milliseconds, so it is also measured with requests of more rows.
TRACKIO_ROWS = 400
# Listens where it is told and opens no browser; everything else is what `trackio show` does.
TRACKIO_SHOW = (
    "import sys, trackio;"
    "trackio.show(host='127.0.0.1', server_port=int(sys.argv[1]), open_browser=False, block_thread=True, share=False)"
)


class Acceptor(Program):
    """benchmarks/load/acceptor.py in one of its two forms."""

    def __init__(self, name: str, folder: Path, port: int, pid: int) -> None:
        self.name, self.folder, self.port, self.pid = name, folder, port, pid

    @staticmethod
    @contextmanager
    def on(folder: Path, *, columns: bool = False) -> Iterator["Acceptor"]:
        folder.mkdir()
        port = free_port()
        more = ["--columns"] if columns else []
        command = python_module("benchmarks.load.acceptor", "--port", str(port), "--folder", str(folder), *more)
        with started(command, folder, port, {}, None) as pid:
            yield Acceptor("acceptor, columns" if columns else "bare acceptor", folder, port, pid)

    def source(self, metrics: int, rows: int, requests: int) -> FileStream:
        return FileStream(metrics, rows, requests, creates_runs=False)


@dataclass(frozen=True)
class BulkLog:
    """trackio's own protocol as its client and `trackio sync` speak it: a list of entries to /api/bulk_log.

    Without the ids by which its client makes resent entries harmless: that spares its server an index.
    """

    metrics: int
    rows: int
    requests: int
    token: str

    @property
    def kind(self) -> str:
        return f"bulk_log {self.metrics} {self.rows} {self.requests}"

    def bodies(self, writer: int) -> list[bytes]:
        return [self._body(writer, number * self.rows) for number in range(self.requests)]

    def values(self, writer: int, count: int) -> list[list[float]]:
        return first_values(writer, count, self.rows, self.metrics)

    def _body(self, writer: int, first: int) -> bytes:
        names = metric_names(self.metrics)
        logs = [
            {
                "project": PROJECT,
                "run": f"w{writer}",
                "run_id": f"w{writer}",
                "metrics": dict(zip(names, row, strict=True)),
                "step": first + place,
                "config": None,
            }
            for place, row in enumerate(values(writer, first, self.rows, self.metrics))
        ]
        return orjson.dumps({"args": [], "kwargs": {"logs": logs, "hf_token": None}})

    def opening(self, _run: str) -> bytes | None:
        return None

    def head(self, _run: str, length: int) -> bytes:
        return http_head("/api/bulk_log", length, trackio_headers(self.token))

    def closing(self, _run: str) -> bytes | None:
        return None


def trackio_headers(token: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "X-Trackio-Write-Token": token}


class Trackio(Program):
    """trackio from PyPI in an environment of its own, on a fresh folder."""

    def __init__(self, folder: Path, port: int, pid: int, token: str) -> None:
        self.name, self.folder, self.port, self.pid, self.token = "trackio", folder, port, pid, token
        self._rows: int | None = None

    @staticmethod
    def is_installed() -> bool:
        return any(CACHE.glob(f"venv/{TRACKIO}-*/.installed"))

    @staticmethod
    @contextmanager
    def on(folder: Path, rows: int | None = None) -> Iterator["Trackio"]:
        """Start one; `rows` are sent to it in each request, whatever the others are sent."""
        folder.mkdir()
        port, token = free_port(), secrets.token_urlsafe(16)
        python = ensure_venv(TRACKIO, [TRACKIO]) / "bin" / "python"
        env = {
            "HOME": str(folder),
            "TRACKIO_DIR": str(folder / "data"),
            "TRACKIO_WRITE_TOKEN": token,
            "HF_HUB_OFFLINE": "1",
            "GRADIO_ANALYTICS_ENABLED": "False",
        }
        ready = http_post("/api/get_all_projects", b"{}", trackio_headers(token))
        with started([str(python), "-c", TRACKIO_SHOW, str(port)], folder, port, env, ready) as pid:
            server = Trackio(folder, port, pid, token)
            if rows is not None:
                server.name, server._rows = f"trackio, {rows} rows a request", rows
            yield server

    def source(self, metrics: int, rows: int, requests: int) -> BulkLog:
        """As many rows of a run as are asked for, in requests of its own size."""
        own = self._rows or rows
        return BulkLog(metrics, own, max(1, rows * requests // own), self.token)

    @property
    def headers(self) -> dict[str, str]:
        return trackio_headers(self.token)

    def ask(self, api: str, **arguments: object) -> object:
        """Call one function of its API. Raises `BadAnswer`."""
        body = orjson.dumps({"args": [], "kwargs": arguments})
        return orjson.loads(post_json(self.port, f"/api/{api}", body, self.headers))["data"]
