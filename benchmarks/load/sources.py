"""The client's own protocol as a source of requests (docs/protocol/ingest.md §4)."""

from dataclasses import dataclass

from benchmarks.load import traffic


@dataclass(frozen=True)
class FileStream:
    """`requests` bodies of `rows` rows for each run; every writer's floats are its own."""

    metrics: int
    rows: int
    requests: int
    creates_runs: bool = True

    @property
    def kind(self) -> str:
        return f"file_stream {self.metrics} {self.rows} {self.requests}"

    def bodies(self, writer: int) -> list[bytes]:
        return [self.body(writer, number) for number in range(self.requests)]

    def body(self, writer: int, number: int) -> bytes:
        return traffic.history_body(writer, number * self.rows, self.rows, self.metrics)

    def values(self, writer: int, count: int) -> list[list[float]]:
        return traffic.first_values(writer, count, self.rows, self.metrics)

    def values_from(self, writer: int, first: int, end: int) -> list[list[float]]:
        """The metrics of the rows from `first` to before `end`, which begin and end with a body."""
        starts = range(first, end, self.rows)
        return [row for start in starts for row in traffic.values(writer, start, self.rows, self.metrics)]

    def opening(self, run: str) -> bytes | None:
        return traffic.create_run(run) if self.creates_runs else None

    def head(self, run: str, length: int) -> bytes:
        return traffic.http_head(traffic.stream_path(run), length)

    def closing(self, run: str) -> bytes | None:
        return traffic.end_run(run) if self.creates_runs else None
