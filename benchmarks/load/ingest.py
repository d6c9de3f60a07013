"""Whole server, raw protocol: many writers stream rows; what it costs until acknowledged, and until all is read back.

    python -m benchmarks.load.ingest --writers 32 --seconds 10 --metrics 20

Starts a server of its own on a temporary folder (SQLite), or on what the environment names (MYSQL, BUCKET). Writers are
processes of their own, each with several runs; every request carries rows that were made before the clock starts.
"""

import argparse
import base64
import http.client
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from socket import socket
from typing import Any

from benchmarks.measure import row_texts

KEY = "local-" + "ab" * 20
ROWS = 80
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode(),
    "Content-Type": "application/json",
}


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def steelyard(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "steelyard", *arguments]


def ask(port: int, path: str, body: Any) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, json.dumps(body), HEADERS)
    answer = connection.getresponse()
    value = json.loads(answer.read())
    assert answer.status == 200, value
    return value


def bodies(metrics: int, count: int) -> list[bytes]:
    """Requests of one run, in order; a writer that comes to the end begins another run."""
    made = []
    for index in range(count):
        content = {"offset": index * ROWS, "content": row_texts(ROWS, metrics, index * ROWS)}
        made.append(json.dumps({"files": {"wandb-history.jsonl": content}}).encode())
    return made


def write(port: int, writer: int, metrics: int, begin: float, seconds: float, results: Any) -> None:
    """One writer: sends, waits for the answer, sends the next, until the time is over."""
    ready = bodies(metrics, 40)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    latencies: list[float] = []
    sent: dict[str, int] = {}
    start_run = 'mutation($n: String) { upsertBucket(input: {name: $n, modelName: "load"}) { inserted } }'
    time.sleep(max(0.0, begin - time.time()))
    number = 0
    while time.time() < begin + seconds:
        run = f"w{writer}-{number // len(ready)}"
        if number % len(ready) == 0:
            ask(port, "/graphql", {"query": start_run, "variables": {"n": run}})
        asked = time.perf_counter()
        connection.request("POST", f"/files/bench/load/{run}/file_stream", ready[number % len(ready)], HEADERS)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        latencies.append(time.perf_counter() - asked)
        sent[run] = sent.get(run, 0) + ROWS
        number += 1
    results.put((latencies, sent))


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def read_back(port: int, sent: dict[str, int]) -> None:
    """Assert that every acknowledged row is there once."""
    query = 'query($r: String!) { project(name: "load", entityName: "bench") { run(name: $r) { %s } } }'
    for run, rows in sent.items():
        fields = (
            'historyLineCount historyKeys sampledHistory(specs: ["{\\"keys\\":[\\"_step\\"],\\"samples\\":100000}"])'
        )
        found = ask(port, "/graphql", {"query": query % fields, "variables": {"r": run}})["data"]["project"]["run"]
        assert found["historyLineCount"] == rows, (run, found["historyLineCount"], rows)
        assert [row["_step"] for row in found["sampledHistory"][0]] == list(range(rows))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--metrics", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        account = ("user", "create", "bench", "--email", "b@example.org", "--password", "bench-password", "--admin")
        subprocess.run(steelyard(*account, "--api-key", KEY, "--data", folder), check=True, stdout=subprocess.DEVNULL)
        port = free_port()
        server = subprocess.Popen(steelyard("serve", "--data", folder, "--port", str(port)))
        try:
            wait_for(port)
            measure(given, port, server.pid)
            used = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
            print(f"folder: {used / 1e6:.0f} MB")
        finally:
            server.terminate()
            server.wait()


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            ask(port, "/graphql", {"query": "{ viewer { id } }"})
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")


def measure(given: argparse.Namespace, port: int, pid: int) -> None:
    results: Any = multiprocessing.Queue()
    begin = time.time() + 3 + given.writers * 0.1
    arguments = [(port, writer, given.metrics, begin, given.seconds, results) for writer in range(given.writers)]
    writers = [multiprocessing.Process(target=write, args=one) for one in arguments]
    for writer in writers:
        writer.start()
    time.sleep(max(0.0, begin - time.time()))
    cpu_before = cpu_s(pid)
    answers = [results.get() for _ in writers]
    took, cpu = time.time() - begin, cpu_s(pid) - cpu_before
    for writer in writers:
        writer.join()
    latencies = sorted(one for answer in answers for one in answer[0])
    sent = {run: rows for answer in answers for run, rows in answer[1].items()}
    points = sum(sent.values()) * given.metrics
    cpu_before, asked = cpu_s(pid), time.time()
    read_back(port, sent)
    print(f"{given.writers} writers, {given.metrics} metrics, {ROWS} rows a request, {len(latencies)} requests")
    print(f"acknowledged: {points / took:,.0f} points/s; server CPU {cpu / points * 1e6:.3f} s per million points")
    p50, p99 = statistics.median(latencies), latencies[int(len(latencies) * 0.99)]
    print(f"latency: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, longest {latencies[-1] * 1000:.1f} ms")
    print(f"read back {len(sent)} runs, every row once: {time.time() - asked:.1f} s")
    print(f"reading CPU {(cpu_s(pid) - cpu_before) / points * 1e6:.3f} s per million points")
    print(f"peak memory of the server: {peak_mb(pid):.0f} MB")


if __name__ == "__main__":
    main()
