"""Client processes that write as fast as they are answered: few processes, each with several writers.

A writer is a connection with one request under way. What it sends is made before the clock starts and kept for the
next round, so that the machine's time goes to the server.
"""

import multiprocessing
import select
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Any, Protocol, Self

from benchmarks.load.connection import Connection

PROCESSES = 8
# Between the order to write and the first request, so that all begin together.
LEAD_S = 0.5


class Source(Protocol):
    """What the writers of one kind of server send. Must pickle; `kind` names the bodies, which rounds share."""

    @property
    def kind(self) -> str: ...

    @property
    def rows(self) -> int:
        """Rows in each of the bodies."""

    @property
    def metrics(self) -> int: ...

    def bodies(self, writer: int) -> list[bytes]:
        """Make the bodies of one run, in order. Slow."""

    def values(self, writer: int, count: int) -> list[list[float]]:
        """Return the metrics of the first `count` rows of each of a writer's runs."""

    def opening(self, run: str) -> bytes | None:
        """The request that must be answered before the first body of a run, if any."""

    def head(self, run: str, length: int) -> bytes:
        """The head of a request that carries a body."""

    def closing(self, run: str) -> bytes | None:
        """The request that ends a run, if any."""


@dataclass
class Tally:
    """What one process was answered: seconds of each request, rows by run, and when the last answer came."""

    latencies_s: list[float] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    end_s: float = 0.0

    def add(self, other: "Tally") -> None:
        self.latencies_s += other.latencies_s
        self.rows |= other.rows
        self.end_s = max(self.end_s, other.end_s)


def run_name(writer: int, lap: int) -> str:
    return f"w{writer}-{lap}"


class Writers:
    """The client processes. Use as a context; they wait, at no cost, between rounds."""

    def __init__(self, writers: int, processes: int = PROCESSES) -> None:
        self._pipes: list[Any] = []
        self._processes = []
        count = min(processes, writers)
        for index in range(count):
            ours, theirs = multiprocessing.Pipe()
            mine = list(range(index, writers, count))
            self._processes.append(multiprocessing.Process(target=_serve, args=(theirs, mine), daemon=True))
            self._pipes.append(ours)

    def __enter__(self) -> Self:
        for process in self._processes:
            process.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for pipe in self._pipes:
            pipe.send(None)
        for process in self._processes:
            process.join()

    def prepare(self, source: Source) -> None:
        """Make all bodies, unless they are there."""
        self._ask(("prepare", source))

    def write(self, ports: Sequence[int], source: Source, seconds: float) -> tuple[Tally, float]:
        """Write for `seconds`, spread over `ports`; return the answers and when they began (time.time())."""
        begin_s = time.time() + LEAD_S
        whole = Tally()
        for tally in self._ask(("write", ports, source, begin_s, seconds)):
            whole.add(tally)
        return whole, begin_s

    def close_runs(self, port: int, source: Source) -> None:
        """End every run that was written in the last round."""
        self._ask(("close", port, source))

    def _ask(self, order: tuple[Any, ...]) -> list[Any]:
        for pipe in self._pipes:
            pipe.send(order)
        answers = [pipe.recv() for pipe in self._pipes]
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers


def _serve(pipe: Pipe, writers: list[int]) -> None:
    """One client process: does what it is told until it is told to end."""
    made: dict[str, dict[int, list[bytes]]] = {}
    written = Tally()
    while order := pipe.recv():
        what, *given = order
        try:
            if what == "prepare":
                (source,) = given
                if source.kind not in made:
                    made[source.kind] = {writer: source.bodies(writer) for writer in writers}
                pipe.send(None)
            elif what == "write":
                ports, source, begin_s, seconds = given
                written = _write(ports, source, made[source.kind], begin_s, seconds)
                pipe.send(written)
            else:
                port, source = given
                _close(port, source, written)
                pipe.send(None)
        except Exception as error:  # noqa: BLE001 - the main process raises it
            pipe.send(error)


def _close(port: int, source: Source, written: Tally) -> None:
    connection = Connection(port)
    for run in written.rows:
        if request := source.closing(run):
            connection.exchange(request)
    connection.close()


def _script(source: Source, writer: int, bodies: list[bytes]) -> Iterator[tuple[str | None, bytes, bytes]]:
    """Yield run, head and body of one request after the other; no run for what opens one. A writer that comes to the
    end of its bodies begins another run."""
    lap = 0
    while True:
        run = run_name(writer, lap)
        if opening := source.opening(run):
            yield None, opening, b""
        for body in bodies:
            yield run, source.head(run, len(body)), body
        lap += 1


def _write(
    ports: Sequence[int], source: Source, bodies: dict[int, list[bytes]], begin_s: float, seconds: float
) -> Tally:
    tally = Tally()
    poll = select.epoll()
    lanes = {}
    for writer, own in bodies.items():
        connection = Connection(ports[writer % len(ports)])
        lanes[connection.fileno()] = _Lane(connection, _script(source, writer, own))
        poll.register(connection, 0)
    time.sleep(max(0.0, begin_s - time.time()))
    end_s = begin_s + seconds
    for lane in lanes.values():
        lane.send_next(poll)
    open_lanes = len(lanes)
    while open_lanes:
        for fileno, _events in poll.poll():
            lane = lanes[fileno]
            if not lane.proceed(poll, tally, source.rows):
                continue
            if time.time() < end_s:
                lane.send_next(poll)
            else:
                lane.connection.close()
                open_lanes -= 1
    tally.end_s = time.time()
    return tally


class _Lane:
    """One writer's connection and what it sends next."""

    def __init__(self, connection: Connection, script: Iterator[tuple[str | None, bytes, bytes]]) -> None:
        self.connection = connection
        self._script = script
        self._run: str | None = None

    def send_next(self, poll: select.epoll) -> None:
        self._run, head, body = next(self._script)
        self.connection.begin(head, body)
        self._watch(poll)

    def proceed(self, poll: select.epoll, tally: Tally, rows: int) -> bool:
        """Go on with the request; True when it was answered."""
        was_sending = self.connection.is_sending
        answer = self.connection.proceed()
        if answer is None:
            if was_sending:
                self._watch(poll)
            return False
        if self._run is not None:
            tally.latencies_s.append(time.perf_counter() - self.connection.began_s)
            tally.rows[self._run] = tally.rows.get(self._run, 0) + rows
        return True

    def _watch(self, poll: select.epoll) -> None:
        poll.modify(self.connection, select.EPOLLOUT if self.connection.is_sending else select.EPOLLIN)
