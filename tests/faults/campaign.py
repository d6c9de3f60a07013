"""One campaign: writers at work, a server that dies again and again, and everything checked at the end."""

import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.contract.wire import Wire
from tests.faults.catalog import left_over, watching
from tests.faults.readers import check_run, check_so_far
from tests.faults.writers import Writer
from tests.harness.server import Server

# So small that flushes, merges and the sealing of segments happen all the time, and a random moment meets them.
SMALL = {
    "STEELYARD_HISTORY_FLUSH_CHUNKS": "4",
    "STEELYARD_HISTORY_FLUSH_BYTES": "30000",
    "STEELYARD_HISTORY_SEAL_VALUES": "20000",
    "STEELYARD_HISTORY_MERGE_FAN_IN": "3",
}
WRITERS = 5
# Half of the kills wait for a segment to be announced and strike while it is written and published.
AIM_MAX_S, AIM_SPREAD_S, POLL_S = 8.0, 0.08, 0.002
RANDOM_MAX_S = 3.0
# Some servers die once more while they start.
STARTING_SHARE, STARTING_MAX_S = 0.15, 2.0
# A dead process's claim on a stream lasts for 30 s; after that everything of a finished run must become segments.
SETTLE_MAX_S = 120.0
FINISH_MAX_S = 60.0


@dataclass
class Campaign:
    """`run` raises `AssertionError` for the first promise that was broken.

    All `servers` are of the same database and store, and requests go to any of them; one dies at a time.
    """

    servers: list[Server]
    seed: int
    kills: int
    note: Callable[[str], None] = print
    # Called once, half-way, to kill something else: the database.
    other_kill: Callable[[], None] | None = None
    aimed: int = 0
    writers: list[Writer] = field(default_factory=list)

    def run(self) -> dict[str, Any]:
        dice = random.Random(self.seed)
        user = self.servers[0].create_user()
        wires = [Wire(server.url, user.name, user.api_key, project="faults") for server in self.servers]
        self.writers = [Writer(wires, f"run-{number}", self.seed) for number in range(WRITERS)]
        for writer in self.writers:
            wires[0].start(writer.run_id)
            writer.start()
        for number in range(1, self.kills + 1):
            if self.other_kill and number == (self.kills + 1) // 2:
                self.other_kill()
            self._kill(dice, dice.choice(self.servers))
            patiently(lambda: check_so_far(dice.choice(wires), dice.choice(self.writers)))
            rows = sum(writer.acknowledged for writer in self.writers)
            self.note(f"kill {number}: {rows} rows acknowledged, {self.aimed} aimed")
        for writer in self.writers:
            writer.finish(FINISH_MAX_S)
        self.note("all writers are done")
        self._check_all(wires)
        left = self._settle()
        self._check_all(wires)
        return {**self.told(), **left}

    def _kill(self, dice: random.Random, server: Server) -> None:
        if dice.random() < 0.5:
            time.sleep(dice.uniform(0, RANDOM_MAX_S))
        else:
            self._aim()
            time.sleep(dice.uniform(0, AIM_SPREAD_S))
        server.kill9()
        if dice.random() < STARTING_SHARE:
            server.launch()
            time.sleep(dice.uniform(0, STARTING_MAX_S))
            server.kill9()
        server.start()

    def _aim(self) -> None:
        with watching(self.servers[0]) as newest:
            before, end = newest(), time.monotonic() + AIM_MAX_S
            while time.monotonic() < end:
                if newest() > before:
                    self.aimed += 1
                    return
                time.sleep(POLL_S)

    def _check_all(self, wires: list[Wire]) -> None:
        for number, writer in enumerate(self.writers):
            check_run(wires[number % len(wires)], writer)

    def _settle(self) -> dict[str, Any]:
        """Wait until all rows are in segments; no object may be unnamed then, and none missing."""
        end = time.monotonic() + SETTLE_MAX_S
        left = left_over(self.servers[0])
        while left["journal"] and time.monotonic() < end:
            time.sleep(1)
            left = left_over(self.servers[0])
        assert not left["journal"], f"chunks of ended runs stay in the journal: {left}"
        assert not left["unnamed"], f"objects that nobody will delete: {left}"
        assert not left["missing"], f"objects of live segments are gone: {left}"
        return left

    def told(self) -> dict[str, Any]:
        sums = {name: sum(getattr(w, name) for w in self.writers) for name in ("acknowledged", "requests", "resent")}
        return {"seed": self.seed, "kills": self.kills, "aimed": self.aimed, **sums}


def patiently(read: Callable[[], None]) -> None:
    """Read; once more where the connection broke."""
    with contextlib.suppress(httpx.TransportError):
        read()
        return
    time.sleep(1)
    read()
