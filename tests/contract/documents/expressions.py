"""What a Python expression may evaluate to on a path: the values that names have, by name."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice, product
from textwrap import dedent
from typing import Any

from tests.contract.documents.values import UNKNOWN, Names, joined, percent, string_method

# A function of the client has at most a few hundred distinct paths that matter; more is cut, and a test notices.
MAX_PATHS = 600
MAX_CALL_DEPTH = 5
_TRANSPARENT = {"gql", "dedent", "gql_compat", "print_ast", "str", "Template"}

Path = dict[str, Any]


class Expressions(ABC):
    """Evaluates expressions; `seen` is told of each string that is handed to a call."""

    def __init__(self, local: Names, package: Names, seen: Callable[[str], None]) -> None:
        self._local = local
        self._package = package
        self._seen = seen
        self._depth = 0
        self._shared: frozenset[str] = frozenset()
        self._results: dict[Any, list[Any]] = {}

    @abstractmethod
    def run(self, function: ast.FunctionDef, arguments: Path) -> list[Any]:
        """Walk a function and return what it may return."""

    def values(self, node: ast.AST | None, path: Path) -> list[Any]:
        """The distinct values of an expression on a path, `UNKNOWN` among them when there may be others."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        found = method(node, path) if method else [UNKNOWN]
        return list(dict.fromkeys(item for item in found[:MAX_PATHS]))

    def decisions(self, test: ast.expr, path: Path) -> Iterator[tuple[Path, bool]]:
        """Both ways a test may go, or the one it went before on this path."""
        text = written(test)
        for decision in (True, False):
            if text not in self._shared:
                yield path, decision
            elif path.get(f"test {text}", decision) == decision:
                yield {**path, f"test {text}": decision}, decision

    def _constant(self, node: ast.Constant, _path: Path) -> list[Any]:
        return [node.value if isinstance(node.value, str) else UNKNOWN]

    def _name(self, node: ast.Name, path: Path) -> list[Any]:
        if node.id in path:
            return [path[node.id]]
        return self._constants(node.id)

    def _attribute(self, node: ast.Attribute, path: Path) -> list[Any]:
        name = written(node)
        return [path[name]] if name in path else self._constants(node.attr)

    def _constants(self, name: str) -> list[Any]:
        return self._local.constants.get(name) or self._package.constants.get(name) or [UNKNOWN]

    def _joinedstr(self, node: ast.JoinedStr, path: Path) -> list[Any]:
        return self._concatenations(node.values, path)

    def _formattedvalue(self, node: ast.FormattedValue, path: Path) -> list[Any]:
        return self.values(node.value, path)

    def _binop(self, node: ast.BinOp, path: Path) -> list[Any]:
        if isinstance(node.op, ast.Add):
            return self._concatenations([node.left, node.right], path)
        if isinstance(node.op, ast.Mod):
            pairs = product(self.values(node.left, path), self.values(node.right, path))
            return [percent(template, value) for template, value in pairs]
        return [UNKNOWN]

    def _concatenations(self, parts: list[ast.expr], path: Path) -> list[Any]:
        totals: list[Any] = [UNKNOWN]
        for position, part in enumerate(parts):
            values = self.values(part, path)
            totals = values if position == 0 else [joined(a, b) for a, b in product(totals, values)][:MAX_PATHS]
        return totals if parts else [""]

    def _ifexp(self, node: ast.IfExp, path: Path) -> list[Any]:
        return [
            value
            for decided, decision in self.decisions(node.test, path)
            for value in self.values(node.body if decision else node.orelse, decided)
        ]

    def _boolop(self, node: ast.BoolOp, path: Path) -> list[Any]:
        return [value for item in node.values for value in self.values(item, path)]

    def _tuple(self, node: ast.Tuple | ast.List, path: Path) -> list[Any]:
        return list(islice(product(*(self.values(item, path) for item in node.elts)), MAX_PATHS))

    _list = _tuple
    _set = _tuple

    def _dict(self, node: ast.Dict, path: Path) -> list[Any]:
        for value in node.values:
            self.values(value, path)
        return [tuple(item for value in node.values for item in self.values(value, path))]

    def _subscript(self, node: ast.Subscript, path: Path) -> list[Any]:
        collections = self.values(node.value, path)
        return [item for found in collections if isinstance(found, tuple) for item in found] or [UNKNOWN]

    def _namedexpr(self, node: ast.NamedExpr, path: Path) -> list[Any]:
        return self.values(node.value, path)

    def _await(self, node: ast.Await, path: Path) -> list[Any]:
        return self.values(node.value, path)

    def _starred(self, node: ast.Starred, path: Path) -> list[Any]:
        return self.values(node.value, path)

    def _call(self, node: ast.Call, path: Path) -> list[Any]:
        arguments = [self.values(item, path) for item in node.args]
        keywords = {item.arg: self.values(item.value, path) for item in node.keywords}
        for values in [*arguments, *keywords.values()]:
            for value in values:
                if isinstance(value, str):
                    self._seen(value)
        if isinstance(node.func, ast.Attribute):
            made = [
                string_method(node.func.attr, owner, list(chosen), dict(zip(keywords, named, strict=True)))
                for owner in self.values(node.func.value, path)
                for chosen in product(*arguments)
                for named in product(*keywords.values())
            ][:MAX_PATHS]
            if any(value is not UNKNOWN for value in made):
                return made
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name in _TRANSPARENT and arguments:
            return [dedent(value) if isinstance(value, str) else value for value in arguments[0]]
        return self._inlined(name, node, arguments, keywords)

    def _inlined(
        self, name: str, node: ast.Call, arguments: list[list[Any]], keywords: dict[str | None, list[Any]]
    ) -> list[Any]:
        if name not in self._package.inlined or self._depth >= MAX_CALL_DEPTH:
            return [UNKNOWN]
        self._depth += 1
        returned = []
        for function in self._local.functions.get(name) or self._package.functions.get(name, []):
            names = [item.arg for item in (*function.args.posonlyargs, *function.args.args)]
            names = names[isinstance(node.func, ast.Attribute) and names[:1] in (["self"], ["cls"]) :]
            for chosen in product(*arguments):
                for named in product(*keywords.values()):
                    given = dict(zip(names, chosen, strict=False)) | dict(zip(keywords, named, strict=True))
                    returned += self._run_once(function, {key: value for key, value in given.items() if key})
        self._depth -= 1
        return returned or [UNKNOWN]

    def _run_once(self, function: ast.FunctionDef, arguments: Path) -> list[Any]:
        key = (function, frozenset(arguments.items()))
        if key not in self._results:
            self._results[key] = [UNKNOWN]  # what a call of itself returns
            self._results[key] = self.run(function, arguments)
        return self._results[key]


@cache
def written(node: ast.expr) -> str:
    return ast.unparse(node)
