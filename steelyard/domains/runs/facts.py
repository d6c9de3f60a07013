"""What lists of runs are filtered and ordered by: the values of a run under every spelling of the filter language.

Pure. The spellings are those of docs/protocol/queries.md, run filters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from steelyard.domains.runs import documents
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import encode_global_id
from steelyard.sql.filters import MISSING

Read = Callable[["RunFacts"], Any]


@dataclass
class RunFacts:
    """One run as lists know it. The documents are absent until a list needs them, and parsed when first asked for."""

    id: int
    version: int
    number: int
    run_id: str
    title: str
    state: str
    exit_code: int | None
    stop_requested: bool
    tags: tuple[str, ...]
    group_name: str | None
    job_type: str | None
    sweep_name: str | None
    username: str | None
    host: str | None
    notes: str | None
    description: str | None
    commit_sha: str | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    duration_s: float | None
    config_text: str | None = None
    summary_text: str | None = None
    # Values of documents that lists asked for, by key: parsed documents would take ten times the room of their texts.
    cells: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def config(self) -> dict[str, Any]:
        return _parsed(self.config_text or "{}")

    @property
    def summary(self) -> dict[str, Any]:
        return _parsed(self.summary_text or "{}")

    def cell(self, key: str, read: Read) -> Any:
        """Return what `read` finds, from memory when this key was asked for before."""
        value = self.cells.get(key, _UNREAD)
        if value is _UNREAD:
            if len(self.cells) >= _CELLS_MAX:
                self.cells.clear()
            value = self.cells[key] = read(self)
        return value

    def _keys(self, kind: str, read: Callable[[RunFacts], frozenset[str]]) -> frozenset[str]:
        keys: frozenset[str] = self.cell(kind, read)
        return keys

    @property
    def config_keys(self) -> frozenset[str]:
        """The columns that the config has in a table."""
        return self._keys("config", lambda run: _column_keys(documents.config_values(run.config)))

    @property
    def summary_keys(self) -> frozenset[str]:
        return self._keys("summary", lambda run: _column_keys(run.summary))


# Lists look at one run after another, so that all keys of one are read from few parsed documents.
_parsed = lru_cache(maxsize=64)(documents.read_object)
_CELLS_MAX = 100
_UNREAD = object()


def _column_keys(tree: dict[str, Any]) -> frozenset[str]:
    """Return the flattened keys without those of the client itself and without media, which no cell can show.

    The same few sets occur in many runs, so each is kept once.
    """
    shown = {key: value for key, value in tree.items() if not key.startswith("_")}
    leaves = documents.flatten(shown).items()
    return _shared(frozenset(key for key, value in leaves if not (isinstance(value, dict) and "_type" in value)))


@lru_cache(maxsize=4096)
def _shared(keys: frozenset[str]) -> frozenset[str]:
    """Return an equal set, the same one for every run that has these keys."""
    return keys


def duration_s(stored: float | None, started_at: datetime | None, heartbeat_at: datetime | None) -> float | None:
    """Return how long a run took: as its client told, else from its start to its last sign of life."""
    if stored is not None or started_at is None or heartbeat_at is None:
        return stored
    return max(0.0, (heartbeat_at - started_at).total_seconds())


def _attribute(name: str) -> Read:
    def read(run: RunFacts) -> Any:
        value = getattr(run, name)
        return MISSING if value is None else value

    return read


_COLUMNS: dict[str, Read] = {
    "id": lambda run: encode_global_id("Run", run.id),
    "name": _attribute("run_id"),
    "displayname": _attribute("title"),
    "group": _attribute("group_name"),
    "jobtype": _attribute("job_type"),
    "sweep": _attribute("sweep_name"),
    "sweepname": _attribute("sweep_name"),
    "user": _attribute("username"),
    "username": _attribute("username"),
    "user.username": _attribute("username"),
    "commit": _attribute("commit_sha"),
    "createdat": lambda run: run.created_at,
    "updatedat": _attribute("updated_at"),
    "heartbeatat": _attribute("heartbeat_at"),
    "startedat": _attribute("started_at"),
    "duration": lambda run: _or_missing(duration_s(run.duration_s, run.started_at, run.heartbeat_at)),
    **{name: _attribute(name) for name in ("state", "tags", "host", "notes", "description")},
}
_SUMMARY_VALUES = ("_step", "_runtime", "_timestamp", "_absolute_runtime")
_DOCUMENTS = {
    "config": "config",
    "summary": "summary",
    "summarymetrics": "summary",
    "keysinfo": "summary",
}


def _or_missing(value: Any) -> Any:
    return MISSING if value is None else value


@lru_cache(maxsize=4096)
def reader(key: str) -> Read:
    """Return what reads the value of `key` from a run. Raises `Invalid` for a key that runs do not have."""
    head, _, rest = key.partition(".")
    folded = _fold(head)
    if folded in _DOCUMENTS and rest:
        return _document_reader(folded, rest)
    if folded == "tags" and rest:
        return lambda run: rest in run.tags
    found = _COLUMNS.get(_fold(key))
    if found is not None:
        return found
    if key in _SUMMARY_VALUES:
        return lambda run: run.cell(f"summary.{key}", lambda item: item.summary.get(key, MISSING))
    raise Invalid(f"runs cannot be searched by {key[:80]!r}")


def _fold(key: str) -> str:
    """snake_case and camelCase name the same column."""
    return key.replace("_", "").lower() if not key.startswith("_") else key


def _document_reader(name: str, path: str) -> Read:
    parts = path.split(".")
    if name == "keysinfo" and parts[0] == "keys":
        parts = parts[1:]
    key = f"{_DOCUMENTS[name]}.{'.'.join(parts)}"
    if name == "config":
        return lambda run: run.cell(key, lambda item: _config_value(item.config, parts))
    return lambda run: run.cell(key, lambda item: _value_at(item.summary, parts))


def is_creation(key: str) -> bool:
    return _fold(key) == "createdat"


def needs_documents(key: str) -> bool:
    head = _fold(key.partition(".")[0])
    return head in _DOCUMENTS or key in _SUMMARY_VALUES


def _config_value(config: dict[str, Any], parts: list[str]) -> Any:
    """Return `config.K[.sub]` or `config.K.value[.sub]`: the wrapping of each top-level value is looked through."""
    for size in range(1, len(parts) + 1):
        name = ".".join(parts[:size])
        if name not in config:
            continue
        item, rest = config[name], parts[size:]
        if isinstance(item, dict) and "value" in item:
            item, rest = item["value"], rest[1:] if rest[:1] == ["value"] else rest
        found = _value_at(item, rest) if rest else item
        if found is not MISSING:
            return found
    return MISSING


def _value_at(tree: Any, parts: list[str]) -> Any:
    """Return the value at a dotted path, in which literal dots of keys are found too."""
    if not parts:
        return tree
    if not isinstance(tree, dict):
        return MISSING
    for size in range(1, len(parts) + 1):
        name = ".".join(parts[:size])
        if name in tree:
            found = _value_at(tree[name], parts[size:])
            if found is not MISSING:
                return found
    return MISSING
