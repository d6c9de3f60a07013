"""FastTrackML from PyPI in an environment of its own, on a fresh SQLite file; asked by its MLflow API."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from benchmarks.load.connection import Connection
from benchmarks.load.program import post_json, started
from benchmarks.load.run_values import GROUP_KEY, METRIC, Sample
from benchmarks.load.traffic import http_post
from tests.services.packages import ensure_venv
from tests.services.places import free_port

PACKAGE = "fasttrackml"
API = "/api/2.0/mlflow"
JSON = {"Content-Type": "application/json"}
# The most that it returns at once.
PAGE_MAX = 1_000
FILTER = f"params.{GROUP_KEY} = 'adam' and metrics.c1 < 0.5"
WRITERS = 4


class FastTrackML:
    """One experiment; its parameters are texts, so that only equality filters them."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid
        self._experiment = self._post("experiments/create", name="load")["experiment_id"]

    @staticmethod
    @contextmanager
    def on(folder: Path) -> Iterator["FastTrackML"]:
        folder.mkdir()
        port = free_port()
        program = ensure_venv(PACKAGE, [PACKAGE]) / "bin" / "fml"
        data = ("--database-uri", f"sqlite://{folder / 'fasttrackml.db'}", "--default-artifact-root", str(folder))
        command = [str(program), "server", "--listen-address", f"127.0.0.1:{port}", *data]
        with started(command, folder, port, {"HOME": str(folder)}, None) as pid:
            yield FastTrackML(port, pid)

    def _post(self, path: str, **body: Any) -> Any:
        return orjson.loads(post_json(self.port, f"{API}/{path}", orjson.dumps(body), JSON))

    def fill(self, sample: Sample) -> None:
        with ThreadPoolExecutor(WRITERS) as writers:
            list(writers.map(lambda first: self._fill(sample, first), range(WRITERS)))

    def _fill(self, sample: Sample, first: int) -> None:
        connection = Connection(self.port)

        def post(path: str, **body: Any) -> Any:
            return orjson.loads(connection.exchange(http_post(f"{API}/{path}", orjson.dumps(body), JSON)))

        for number in range(first, sample.count, WRITERS):
            given = {"experiment_id": self._experiment, "start_time": number, "run_name": sample.name(number)}
            run = post("runs/create", **given)["run"]["info"]["run_id"]
            config = sample.config(number)
            # what the filter's comparison of a number asks is a metric here
            numbers = sample.summary(number) | {"c1": config["c1"]}
            metrics = [{"key": key, "value": value, "timestamp": 1, "step": 0} for key, value in numbers.items()]
            params = [{"key": key, "value": str(value)} for key, value in config.items()]
            post("runs/log-batch", run_id=run, metrics=metrics, params=params)
        connection.close()

    def newest(self, size: int) -> list[str]:
        return self._search(size, ["attributes.start_time DESC"], "")[0]

    def best(self, size: int) -> list[str]:
        return self._search(size, [f"metrics.{METRIC} DESC"], FILTER)[0]

    def count(self) -> dict[str, int]:
        """It has no count: all pages are fetched."""
        names, token = self._search(PAGE_MAX, [], FILTER)
        count = len(names)
        while token:
            names, token = self._search(PAGE_MAX, [], FILTER, token)
            count += len(names)
        return {"runCount": count}

    def _search(
        self, size: int, order: list[str], wanted: str, token: str | None = None
    ) -> tuple[list[str], str | None]:
        body = {"experiment_ids": [self._experiment], "filter": wanted, "order_by": order, "max_results": size}
        found = self._post("runs/search", **body, **({"page_token": token} if token else {}))
        return [run["info"]["run_name"] for run in found.get("runs") or ()], found.get("next_page_token")
