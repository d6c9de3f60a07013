"""What a server costs the machine: processor time, memory and disk, read from the kernel's own books (Linux)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """Totals of a process and everything it started, since each began."""

    cpu_s: float
    rss_mb: float
    peak_mb: float

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.cpu_s + other.cpu_s, self.rss_mb + other.rss_mb, self.peak_mb + other.peak_mb)

    def cpu_since(self, earlier: "Usage") -> float:
        return self.cpu_s - earlier.cpu_s


def usage_of(pid: int) -> Usage:
    """Return what `pid` and its children have used; children that ended count with their processor time."""
    cpu_s = rss_mb = peak_mb = 0.0
    for one in _family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        # user, system, and the same of children that ended
        cpu_s += sum(int(field) for field in fields[11:15]) * TICK_S
        memory = _memory_mb(one)
        rss_mb += memory.get("VmRSS", 0)
        peak_mb += memory.get("VmHWM", 0)
    return Usage(cpu_s, rss_mb, peak_mb)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _memory_mb(pid: int) -> dict[str, float]:
    """What is in memory now (VmRSS), and the most that ever was (VmHWM)."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {line[0].rstrip(":"): int(line[1]) / 1024 for line in lines if line[0] in {"VmRSS:", "VmHWM:"}}


def disk_bytes(folder: Path) -> int:
    """Return the sum of the lengths of the files below `folder`."""
    found = 0
    for path in folder.rglob("*"):
        try:
            found += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # a temporary file that was renamed while we looked
            continue
    return found
