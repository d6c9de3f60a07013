"""The values that strings of a client may take, and what the usual operations make of them.

A value is a string, or a tuple of values for a list, tuple, set or the values of a dictionary. Everything else is
`UNKNOWN`, and so is whatever is made of it.
"""

import ast
from dataclasses import dataclass, field
from typing import Any

UNKNOWN: Any = None
_METHODS = {"replace", "strip", "lstrip", "rstrip", "format", "join"}


@dataclass
class Names:
    """What the modules of a package define: constants (module and class level) and functions, by bare name.

    `walked` functions are evaluated for themselves, `inlined` ones at each call, with its arguments.
    """

    constants: dict[str, list[Any]] = field(default_factory=dict)
    functions: dict[str, list[ast.FunctionDef]] = field(default_factory=dict)
    walked: set[str] = field(default_factory=set)
    inlined: set[str] = field(default_factory=set)


def joined(left: Any, right: Any) -> Any:
    both = (left, right)
    if all(isinstance(item, str) for item in both) or all(isinstance(item, tuple) for item in both):
        return left + right
    return UNKNOWN


def percent(template: Any, value: Any) -> Any:
    if not isinstance(template, str) or not isinstance(value, str | tuple):
        return UNKNOWN
    try:
        return template % value
    except (TypeError, ValueError):
        return UNKNOWN


def string_method(name: str, owner: Any, arguments: list[Any], keywords: dict[Any, Any]) -> Any:
    """The result of one of the methods that documents are built with."""
    known = isinstance(owner, str) and UNKNOWN not in arguments and UNKNOWN not in keywords.values()
    if not known or name not in _METHODS:
        return UNKNOWN
    try:
        return getattr(owner, name)(*arguments, **keywords)
    except (TypeError, ValueError, LookupError):
        return UNKNOWN
