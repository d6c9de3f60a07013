"""Programs that stream rows by the raw protocol and remember what the server has acknowledged.

What a row holds follows from the seed, the run and the step alone, so that reads can be checked to the last bit.
"""

import json
import math
import random
import threading
import time
from typing import Any

import httpx

from tests.contract.wire import HISTORY, Wire

Row = dict[str, Any]
METRICS = ("loss", "acc")
# A request at most this long unanswered is given up and sent again, as a client would.
TIMEOUT_S = 10.0
REST_S = 0.01
AGAIN_AFTER_S = 0.1


def row_of(seed: int, run: str, step: int) -> Row:
    """Return what is logged at a step: floats of all sizes, now and then NaN, a null, a text, nested values."""
    dice = random.Random(f"{seed}/{run}/{step}")
    row: Row = {"_step": step, "_runtime": step / 8, "loss": dice.expovariate(1), "acc": step}
    row["loss"] = math.nan if dice.random() < 0.02 else row["loss"]
    if step % 3 == 0:
        row["eval"] = {"x": dice.gauss(0, 1e9), "a.b": dice.randrange(2**40)}
    if step % 7 == 0:
        row["note"] = None if dice.random() < 0.5 else f"é{dice.random()}"
    return row


def printed(seed: int, run: str, number: int) -> str:
    """Return what a line of the console says."""
    return f"{seed}/{run} says é {number * 7919 % 10007}"


class Writer(threading.Thread):
    """One run that logs and prints as much, until `stop`. `acknowledged`: lines from 0 to below it were answered 200.

    Each request goes to any of the servers. An unanswered one is sent again until it is answered; sometimes lines are
    sent once more from further back.
    """

    def __init__(self, wires: list[Wire], run: str, seed: int) -> None:
        super().__init__(name=run, daemon=True)
        self.wires, self.run_id, self.seed = wires, run, seed
        self.acknowledged = 0
        self.requests = self.resent = 0
        self.failure: str | None = None
        self._stop_asked = threading.Event()
        self._dice = random.Random(f"{seed}/{run}")

    def run(self) -> None:
        try:
            with self.wires[0].http() as http:
                http.timeout = httpx.Timeout(TIMEOUT_S)
                while not self._stop_asked.is_set():
                    back = self._dice.randint(1, 40) if self._dice.random() < 0.1 else 0
                    first = max(0, self.acknowledged - back)
                    self._write(http, first, self.acknowledged + self._dice.choice([1, 5, 40, 200]))
                    time.sleep(REST_S)
                self._write(http, self.acknowledged, self.acknowledged + 1, complete=True, exitcode=0)
        except Exception as error:  # noqa: BLE001 - told by `finish`
            self.failure = repr(error)

    def _write(self, http: httpx.Client, first: int, end: int, **more: Any) -> None:
        lines = [json.dumps(row_of(self.seed, self.run_id, step)) for step in range(first, end)]
        console = [json.dumps({"content": printed(self.seed, self.run_id, number)}) for number in range(first, end)]
        files = {HISTORY: {"offset": first, "content": lines}, "output.log": {"offset": first, "content": console}}
        body = {"files": files, **more}
        while not self._answered(http, body):
            self.resent += 1
            time.sleep(AGAIN_AFTER_S)
        self.requests += 1
        self.acknowledged = max(self.acknowledged, end)

    def _answered(self, http: httpx.Client, body: Any) -> bool:
        wire = self._dice.choice(self.wires)
        try:
            answer = http.post(f"{wire.url}{wire.stream_path(self.run_id)}", json=body)
        except httpx.TransportError:
            return False
        # the client's own policy: it tries again for days after these
        if answer.status_code in {429, 500, 502, 503, 504}:
            return False
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text}"
        return True

    def finish(self, timeout_s: float) -> None:
        """Send what is left and end the run. Raises `AssertionError`."""
        self._stop_asked.set()
        self.join(timeout_s)
        assert not self.is_alive(), f"{self.run_id}: the server does not take the last request"
        assert self.failure is None, f"{self.run_id}: {self.failure}"
