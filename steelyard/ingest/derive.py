"""The summary that rows amount to, where a client leaves that to the server: last values, or what was defined. Pure.

Only rows that no request has brought before are folded, so that sending again changes nothing. Definitions may come
after rows, so every aggregate of every number is kept, and the summary shows what is defined by now. The client still
sends what the program itself put into the summary, each time all of it, with what it found there when it resumed; only
what it has changed since goes before what rows say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from steelyard.columnar.rows import Row
from steelyard.domains.history.metrics import Definition, Stat
from steelyard.kernel import jsontext

_RESERVED = "_type"
# Between the keys of a path: they may have dots themselves.
_BELOW = "\x1f"
# The places of what is kept of a number: how many, their sum, and the rest.
_COUNT, _SUM, _MIN, _MAX, _FIRST, _LAST = range(6)


@dataclass
class DerivedSummary:
    """The summary of one run as it is folded. `kept` are aggregates by path, `told` the client's own by writer."""

    summary: Row
    definitions: Sequence[Definition]
    kept: dict[str, list[float]] = field(default_factory=dict)
    told: dict[str, Row] = field(default_factory=dict)
    _known: dict[str, Definition | None] = field(default_factory=dict)

    @staticmethod
    def load(summary: str, state: str, definitions: Sequence[Definition]) -> DerivedSummary:
        saved = jsontext.loads(state) if state else {}
        loaded = DerivedSummary(_object(summary), definitions, saved.get("kept", {}), saved.get("told", {}))
        if saved.get("defined", []) != _digest(definitions):
            loaded._show(loaded.kept)
        return loaded

    def dump(self) -> tuple[str, str]:
        """Return the summary, and what else must be kept to go on."""
        state = {"kept": self.kept, "told": self.told, "defined": _digest(self.definitions)}
        return jsontext.dumps(self.summary), jsontext.dumps(state)

    def fold(self, rows: Sequence[Row]) -> None:
        touched: dict[str, None] = {}
        for row in rows:
            self._fold(self.summary, row, "", touched)
        self._show(touched)

    def _fold(self, target: Row, row: Row, prefix: str, touched: dict[str, None]) -> None:
        for key, value in row.items():
            path = prefix + key
            if isinstance(value, dict) and _RESERVED not in value:
                below = target.get(key)
                if not isinstance(below, dict) or _RESERVED in below:
                    below = target[key] = {}
                self._fold(below, value, path + _BELOW, touched)
            elif isinstance(value, int | float) and not isinstance(value, bool) and path[0:1] != "_":
                self._count(path, value)
                touched[path] = None
            elif value is not None and not self._stats(path):
                target[key] = value

    def _count(self, path: str, value: float) -> None:
        kept = self.kept.get(path)
        if kept is None:
            self.kept[path] = [1, value, value, value, value, value]
            return
        kept[_COUNT] += 1
        kept[_SUM] += value
        kept[_MIN] = _better(kept[_MIN], value, least=True)
        kept[_MAX] = _better(kept[_MAX], value, least=False)
        kept[_LAST] = value

    def _show(self, paths: Any) -> None:
        """Put into the summary what is defined of numbers."""
        for path in paths:
            *above, key = path.split(_BELOW)
            target = self.summary
            for name in above:
                target = target.setdefault(name, {})
                if not isinstance(target, dict):
                    break
            else:
                shown = self._shown(path)
                if shown is None:
                    target.pop(key, None)
                else:
                    target[key] = shown

    def _shown(self, path: str) -> Any:
        kept, stats = self.kept[path], self._stats(path)
        if not stats:
            return kept[_LAST]
        if Stat.NONE in stats:
            return None
        definition = self._definition(path)
        best = _MIN if definition is not None and definition.minimized else _MAX
        places = {Stat.MIN: _MIN, Stat.MAX: _MAX, Stat.FIRST: _FIRST, Stat.LAST: _LAST, Stat.BEST: best}
        return {
            stat.name.lower(): kept[_SUM] / kept[_COUNT] if stat is Stat.MEAN else kept[places[stat]] for stat in stats
        }

    def _stats(self, path: str) -> tuple[Stat, ...]:
        definition = self._definition(path)
        return () if definition is None else definition.stats

    def _definition(self, path: str) -> Definition | None:
        if path not in self._known:
            name = path.replace(_BELOW, ".")
            self._known[path] = next((item for item in self.definitions if item.applies_to(name)), None)
        return self._known[path]

    def overlay(self, writer: str, own: str) -> None:
        """Lay over what a client changed in the summary of its own since it last told of it."""
        new = _object(own)
        _overlay(self.summary, new, self.told.get(writer, {}))
        self.told[writer] = new


def _digest(definitions: Sequence[Definition]) -> list[Any]:
    return sorted([item.name, list(map(int, item.stats)), item.minimized] for item in definitions if item.stats)


def _better(old: float, value: float, *, least: bool) -> float:
    """Return the lesser or the greater; not a number stays, as the client's own rule has it."""
    if old != old or value != value:  # noqa: PLR0124 - not a number is unlike itself
        return float("nan")
    return min(old, value) if least else max(old, value)


def _overlay(target: Row, new: Row, before: Row) -> None:
    for key, value in new.items():
        if key in before and before[key] == value:
            continue
        old, earlier = target.get(key), before.get(key)
        if isinstance(value, dict) and isinstance(old, dict) and _RESERVED not in value:
            _overlay(old, value, earlier if isinstance(earlier, dict) else {})
        else:
            target[key] = value


def _object(text: str) -> Row:
    try:
        value = jsontext.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
