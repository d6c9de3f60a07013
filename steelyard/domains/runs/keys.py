"""The keys of the filter language: what each spelling names (docs/protocol/queries.md, run filters). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from steelyard.kernel.errors import Invalid
from steelyard.sql.filters import MISSING

KEY_MAX = 1000


class Source(Enum):
    """Where the value of a key comes from."""

    COLUMN = auto()
    CONFIG = auto()
    SUMMARY = auto()
    # whether the run has a tag
    TAG = auto()
    # the storage id
    ID = auto()
    # a higher slice knows (`listing.OUTSIDE`)
    OUTSIDE = auto()


@dataclass(frozen=True)
class Key:
    source: Source
    # The column, the tag, or the dotted path in a document.
    name: str

    @property
    def is_creation(self) -> bool:
        return self.source is Source.COLUMN and self.name == "created_at"

    @property
    def is_moment(self) -> bool:
        return self.source is Source.COLUMN and self.name in MOMENTS

    @property
    def in_document(self) -> bool:
        return self.source in {Source.CONFIG, Source.SUMMARY}


MOMENTS = frozenset({"created_at", "updated_at", "heartbeat_at", "started_at"})
_COLUMNS = {
    "name": "run_id",
    "displayname": "title",
    "state": "state",
    "tags": "tags",
    "group": "group_name",
    "jobtype": "job_type",
    "sweep": "sweep_name",
    "sweepname": "sweep_name",
    "user": "username",
    "username": "username",
    "user.username": "username",
    "host": "host",
    "notes": "notes",
    "description": "description",
    "commit": "commit_sha",
    "createdat": "created_at",
    "updatedat": "updated_at",
    "heartbeatat": "heartbeat_at",
    "startedat": "started_at",
    "duration": "duration_s",
}
_OUTSIDE = {"inputartifacts", "outputartifacts"}
_SUMMARY_VALUES = {"_step", "_runtime", "_timestamp", "_absolute_runtime"}
_DOCUMENTS = {
    "config": Source.CONFIG,
    "summary": Source.SUMMARY,
    "summarymetrics": Source.SUMMARY,
    "keysinfo": Source.SUMMARY,
}


@lru_cache(maxsize=4096)
def read_key(text: str) -> Key:
    """Return what `text` names. Raises `Invalid` for a key that runs do not have."""
    head, _, rest = text.partition(".")
    folded = _fold(head)
    if len(text) <= KEY_MAX:
        if folded in _DOCUMENTS and rest:
            return Key(_DOCUMENTS[folded], rest.removeprefix("keys.") if folded == "keysinfo" else rest)
        if folded == "tags" and rest:
            return Key(Source.TAG, rest)
        if text in _SUMMARY_VALUES:
            return Key(Source.SUMMARY, text)
        if _fold(text) == "id":
            return Key(Source.ID, "id")
        if _fold(text) in _OUTSIDE:
            return Key(Source.OUTSIDE, _fold(text))
        if _fold(text) in _COLUMNS:
            return Key(Source.COLUMN, _COLUMNS[_fold(text)])
    raise Invalid(f"runs cannot be searched by {text[:80]!r}")


def _fold(key: str) -> str:
    """snake_case and camelCase name the same column."""
    return key.replace("_", "").lower() if not key.startswith("_") else key


# ---- paths in documents ---------------------------------------------------------------------------------------


def unwrapped(path: str) -> str | None:
    """Return `path` of a config without the `value` that some spellings have behind a key; None where there is none."""
    parts = path.split(".")
    if "value" not in parts[1:]:
        return None
    place = parts.index("value", 1)
    return ".".join(parts[:place] + parts[place + 1 :])


def config_value(values: dict[str, Any], path: str) -> Any:
    """Return what a key of the config names among its unwrapped `values`."""
    found = value_at(values, path)
    if found is MISSING and (other := unwrapped(path)) is not None:
        return value_at(values, other)
    return found


def value_at(tree: dict[str, Any], path: str) -> Any:
    """Return the first value whose keys, joined by dots, are `path`: keys may have dots themselves."""
    return next(_candidates(tree, path), MISSING) if "." in path else tree.get(path, MISSING)


def _candidates(tree: dict[str, Any], path: str) -> Iterator[Any]:
    for key, item in tree.items():
        if key == path:
            yield item
        elif isinstance(item, dict) and path.startswith(f"{key}."):
            yield from _candidates(item, path[len(key) + 1 :])
