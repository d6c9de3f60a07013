"""What a check says, and what the whole of them comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """How bad it is. `INFO` is worth knowing and needs nothing done."""

    OK = 0
    INFO = 1
    WARN = 2
    FAIL = 3

    @property
    def word(self) -> str:
        return "FAIL" if self is Level.FAIL else self.name.lower()


@dataclass(frozen=True)
class Finding:
    """`id` is stable, `area.what`: scripts and pages name it. Secrets are in none of the texts."""

    id: str
    level: Level
    seen: str
    wanted: str = ""
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"level": self.level.name.lower()}

    def as_text(self) -> str:
        lines = [f"{self.level.word:<5} {self.id:<32} {self.seen}"]
        if self.level is not Level.OK:
            lines += [f"{'':6}{word}: {text}" for word, text in (("wanted", self.wanted), ("fix", self.fix)) if text]
        return "\n".join(lines)


def ok(id_: str, seen: str) -> Finding:
    return Finding(id_, Level.OK, seen)


def info(id_: str, seen: str, wanted: str = "", fix: str = "") -> Finding:
    return Finding(id_, Level.INFO, seen, wanted, fix)


def warn(id_: str, seen: str, wanted: str, fix: str) -> Finding:
    return Finding(id_, Level.WARN, seen, wanted, fix)


def fail(id_: str, seen: str, wanted: str, fix: str) -> Finding:
    return Finding(id_, Level.FAIL, seen, wanted, fix)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 when all is well, 1 with warnings, 2 when something fails."""
    worst = max((finding.level for finding in findings), default=Level.OK)
    return {Level.WARN: 1, Level.FAIL: 2}.get(worst, 0)


def summary(findings: Iterable[Finding]) -> str:
    counts = [sum(finding.level is level for finding in findings) for level in (Level.FAIL, Level.WARN, Level.OK)]
    return "{} failed, {} to look at, {} well".format(*counts)
