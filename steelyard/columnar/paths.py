r"""Names of columns: the path of a value in its row, as one text.

Components are joined by `.`; a dot inside a component is written `\.` and a backslash `\\`, so that
`{"d": {"x": 1}}` (`d.x`) and `{"d.x": 1}` (`d\.x`) stay apart. The wire knows the flattened name, in which both are
`d.x` (docs/protocol/queries.md, historyKeys).
"""

from __future__ import annotations

import re

_COMPONENT = re.compile(r"(?:[^.\\]|\\.)*", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def escape(component: str) -> str:
    """Return one component as a path of its own."""
    if "." not in component and "\\" not in component:
        return component
    return component.replace("\\", "\\\\").replace(".", "\\.")


def components(path: str) -> list[str]:
    """Return the keys that lead to the value, outermost first."""
    if "\\" not in path:
        return path.split(".")
    found, position = [], 0
    while True:
        match = _COMPONENT.match(path, position)
        assert match is not None, "the pattern matches nothing, too"
        found.append(_ESCAPED.sub(r"\1", match[0]))
        position = match.end() + 1
        if position > len(path):
            return found


def flat_name(path: str) -> str:
    """Return the name by which clients know the column."""
    return path if "\\" not in path else _ESCAPED.sub(r"\1", path)
