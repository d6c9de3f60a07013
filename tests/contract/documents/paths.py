"""Every path through a function of the client.

A document is often put together: a template, a fragment filled in, a list of arguments that grows with what the server
can do. So both ways of each test are taken, with the values that names have on the way; a test that occurs twice is
decided alike both times.
"""

import ast
from collections import Counter
from functools import cache
from typing import Any

from tests.contract.documents.expressions import MAX_PATHS, Expressions, Path, written
from tests.contract.documents.values import UNKNOWN, joined


class Evaluator(Expressions):
    """Walks functions; strings that they return are reported as seen, like those they hand to calls."""

    def run(self, function: ast.FunctionDef, arguments: Path) -> list[Any]:
        """Walk a function and return what it may return."""
        outer, self._shared = self._shared, _shared_tests(function)
        returned: list[Any] = []
        self._body(function.body, [{key: value for key, value in arguments.items() if value is not UNKNOWN}], returned)
        self._shared = outer
        return list(dict.fromkeys(returned))

    def _body(self, body: list[ast.stmt], paths: list[Path], returned: list[Any]) -> list[Path]:
        for statement in body:
            decided = [alike for path in paths for alike in self._decided_alike(statement, path)]
            paths = _distinct([after for path in decided for after in self._statement(statement, path, returned)])
        return paths

    def _statement(self, statement: ast.stmt, path: Path, returned: list[Any]) -> list[Path]:
        """The paths after a statement that was reached on `path`; what a `return` gives goes into `returned`."""
        step = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
        return step(statement, path, returned) if step else [path]

    def _do_assign(self, statement: ast.Assign, path: Path, _returned: list[Any]) -> list[Path]:
        return [_bound(path, statement.targets[0], value) for value in self.values(statement.value, path)]

    def _do_annassign(self, statement: ast.AnnAssign, path: Path, _returned: list[Any]) -> list[Path]:
        return [_bound(path, statement.target, value) for value in self.values(statement.value, path)]

    def _do_augassign(self, statement: ast.AugAssign, path: Path, _returned: list[Any]) -> list[Path]:
        current = path.get(written(statement.target))
        grown = [joined(current, value) for value in self.values(statement.value, path)]
        return [_bound(path, statement.target, value) for value in grown]

    def _do_return(self, statement: ast.Return, path: Path, returned: list[Any]) -> list[Path]:
        found = self.values(statement.value, path)
        for item in found:
            if isinstance(item, str):
                self._seen(item)
        returned += found
        return []

    def _do_raise(self, _statement: ast.Raise, _path: Path, _returned: list[Any]) -> list[Path]:
        return []

    def _do_expr(self, statement: ast.Expr, path: Path, _returned: list[Any]) -> list[Path]:
        match statement.value:
            case ast.Call(func=ast.Attribute(value=target, attr="append" | "extend"), args=[item]):
                return [_grown(path, target, value) for value in self.values(item, path)]
        self.values(statement.value, path)
        return [path]

    def _do_if(self, statement: ast.If, path: Path, returned: list[Any]) -> list[Path]:
        self.values(statement.test, path)
        after = []
        for decided, decision in self.decisions(statement.test, path):
            body = statement.body if decision else statement.orelse
            after += self._body(body, [decided], returned)
        return after

    def _do_for(self, statement: ast.For, path: Path, returned: list[Any]) -> list[Path]:
        after = [path]
        for collection in self.values(statement.iter, path):
            for item in collection if isinstance(collection, tuple) else [UNKNOWN]:
                after += self._body(statement.body, [_bound(path, statement.target, item)], returned)
        return after

    def _do_while(self, statement: ast.While | ast.With, path: Path, returned: list[Any]) -> list[Path]:
        return self._body(statement.body, [path], returned)

    _do_with = _do_while

    def _do_try(self, statement: ast.Try, path: Path, returned: list[Any]) -> list[Path]:
        after = self._body([*statement.body, *statement.orelse], [path], returned)
        for handler in statement.handlers:
            after += self._body(handler.body, [path], returned)
        return self._body(statement.finalbody, after or [path], returned)

    def _decided_alike(self, statement: ast.stmt, path: Path) -> list[Path]:
        """The path, forked by each shared test that a conditional expression of a simple statement has."""
        paths = [path]
        for test in () if hasattr(statement, "body") else _conditions(statement):
            if written(test) in self._shared:
                paths = [decided for current in paths for decided, _ in self.decisions(test, current)]
        return paths


def _distinct(paths: list[Path]) -> list[Path]:
    return list({frozenset(path.items()): path for path in paths}.values())[:MAX_PATHS]


@cache
def _conditions(statement: ast.stmt) -> list[ast.expr]:
    return [node.test for node in ast.walk(statement) if isinstance(node, ast.IfExp)]


@cache
def _shared_tests(function: ast.FunctionDef) -> frozenset[str]:
    """The tests that occur more than once in a function: only these need to be remembered on a path."""
    tests = Counter(written(node.test) for node in ast.walk(function) if isinstance(node, ast.If | ast.IfExp))
    return frozenset(test for test, count in tests.items() if count > 1)


def _bound(path: Path, target: ast.expr, value: Any) -> Path:
    if isinstance(target, ast.Tuple) and isinstance(value, tuple) and len(target.elts) == len(value):
        for item, part in zip(target.elts, value, strict=True):
            path = _bound(path, item, part)
        return path
    name = written(target)
    if value is UNKNOWN:
        return {key: kept for key, kept in path.items() if key != name} if name in path else path
    return {**path, name: value}


def _grown(path: Path, target: ast.expr, value: Any) -> Path:
    current = path.get(written(target))
    if not isinstance(current, tuple):
        return path
    return _bound(path, target, (*current, *(value if isinstance(value, tuple) else (value,))))
