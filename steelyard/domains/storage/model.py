"""What takes how much space. A version counts with all its files, whatever other versions have too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Usage:
    """Bytes and counts of a project, of an entity, or of what one person made there. Deleted things do not count."""

    version_bytes: int = 0
    file_bytes: int = 0
    history_bytes: int = 0
    versions: int = 0
    runs: int = 0

    @property
    def total(self) -> int:
        return self.version_bytes + self.file_bytes + self.history_bytes

    def add(self, other: Usage) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True)
class Waiting:
    """What was deleted and is still stored.

    `version_bytes` is of deleted versions before their content is collected: what living versions have too stays.
    """

    trash_bytes: int = 0
    version_bytes: int = 0


@dataclass(frozen=True)
class CollectionSize:
    name: str
    type: str
    versions: int
    size_bytes: int


@dataclass(frozen=True)
class RunSize:
    run_id: str
    title: str
    file_bytes: int
    history_bytes: int

    @property
    def total(self) -> int:
        return self.file_bytes + self.history_bytes
