"""What writers send: rows of random floats as the client words them, in whole HTTP requests.

Rows are a function of the seed and the step, so that what a server returns can be compared with what was sent.
"""

import base64
from collections.abc import Iterator

import numpy as np
import orjson

KEY = "local-" + "ab" * 20
ENTITY, PROJECT = "bench", "load"
EPOCH_S = 1.7e9
STEP_S = 0.25
# The client marshals a hash map, so no two of its lines have their keys in the same order; so many orders are used.
KEY_ORDERS = 64

BASIC = base64.b64encode(f"api:{KEY}".encode()).decode()
HEADERS = {"Authorization": f"Basic {BASIC}", "Content-Type": "application/json"}
_CREATE_RUN = 'mutation($n: String) { upsertBucket(input: {name: $n, modelName: "%s"}) { inserted } }'


def metric_names(metrics: int) -> list[str]:
    return [f"train/metric_{number}" for number in range(metrics)]


def values(seed: int, first: int, count: int, metrics: int) -> list[list[float]]:
    """Return the metrics of `count` rows from step `first` on: floats of full length that nothing can compress."""
    drawn: list[list[float]] = np.random.default_rng((seed, first)).random((count, metrics)).tolist()
    return drawn


def first_values(seed: int, count: int, rows: int, metrics: int) -> list[list[float]]:
    """The metrics of the first `count` rows that were made `rows` at a time."""
    found: list[list[float]] = []
    for first in range(0, count, rows):
        found += values(seed, first, rows, metrics)
    return found[:count]


def rows(seed: int, first: int, count: int, metrics: int) -> Iterator[dict[str, float]]:
    """Yield rows of metrics and the three clocks; their keys in ever other orders."""
    names = [*metric_names(metrics), "_step", "_runtime", "_timestamp"]
    shuffle = np.random.default_rng(seed)
    orders = [shuffle.permutation(len(names)).tolist() for _ in range(KEY_ORDERS)]
    for place, numbers in enumerate(values(seed, first, count, metrics)):
        step = first + place
        row = [*numbers, step, step * STEP_S, EPOCH_S + step * STEP_S]
        yield {names[index]: row[index] for index in orders[step % KEY_ORDERS]}


def http_post(path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """Return a whole request, head and body, that asks to keep the connection; `headers` may name the host's port."""
    return http_head(path, len(body), headers) + body


def http_head(path: str, length: int, headers: dict[str, str] | None = None) -> bytes:
    given = {"Host": "127.0.0.1", **(headers or HEADERS)}
    lines = [f"POST {path} HTTP/1.1", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in given.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def stream_path(run: str) -> str:
    return f"/files/{ENTITY}/{PROJECT}/{run}/file_stream"


def history_body(seed: int, first: int, count: int, metrics: int) -> bytes:
    """The body of one file_stream request of `count` rows, whose line numbers are their steps."""
    lines = [orjson.dumps(row).decode() for row in rows(seed, first, count, metrics)]
    return orjson.dumps({"files": {"wandb-history.jsonl": {"offset": first, "content": lines}}})


def create_run(run: str) -> bytes:
    body = orjson.dumps({"query": _CREATE_RUN % PROJECT, "variables": {"n": run}})
    return http_post("/graphql", body)


def end_run(run: str) -> bytes:
    return http_post(stream_path(run), b'{"complete":true,"exitcode":0}')
