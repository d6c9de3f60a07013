"""A document of a run, taken apart into the cells that an index keeps. Pure."""

from __future__ import annotations

from typing import Any

from steelyard.domains.runs.index.column import AWAY, OBJECT

# Longer texts and lists stay in the document: hardly anybody compares them, and they would fill the memory.
TEXT_MAX = 1000
LIST_MAX = 50
# Objects are taken apart so far down.
DEPTH_MAX = 12
# What the client writes for itself: names that differ from run to run.
_OWN = "_wandb"
_PLAIN = {int, float, bool, type(None)}


def cells_of(tree: dict[str, Any], closed: set[str]) -> dict[str, Any]:
    """Return every value by its keys joined by dots; of two with one name the first.

    Objects have a marker of their own. Those that are not taken apart (media, and what is too deep) go into `closed`.
    """
    kinds = set(map(type, tree.values()))
    if kinds <= _PLAIN:
        return tree
    if dict not in kinds:
        return {name: item if type(item) in _PLAIN else _kept(item) for name, item in tree.items()}
    cells: dict[str, Any] = {}
    for name, item in tree.items():
        if type(item) is dict:
            _take_apart(cells, name, item, closed, 1)
        else:
            cells.setdefault(name, _kept(item))
    return cells


def _take_apart(cells: dict[str, Any], name: str, tree: dict[str, Any], closed: set[str], depth: int) -> None:
    cells.setdefault(name, OBJECT)
    if "_type" in tree or depth > DEPTH_MAX or (name == _OWN and "runtime" not in tree):
        closed.add(name)
        return
    for key, item in tree.items():
        inner = f"{name}.{key}"
        if isinstance(item, dict):
            _take_apart(cells, inner, item, closed, depth + 1)
        else:
            cells.setdefault(inner, _kept(item))


def _kept(item: Any) -> Any:
    if isinstance(item, str):
        return item if len(item) <= TEXT_MAX else AWAY
    if isinstance(item, list):
        is_short = len(item) <= LIST_MAX and not any(isinstance(one, dict | list) for one in item)
        return item if is_short and sum(len(one) for one in item if isinstance(one, str)) <= TEXT_MAX else AWAY
    return item
