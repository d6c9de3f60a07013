"""Documents in the Python files of a client package: its constants, and the strings it hands to calls."""

import ast
import re
from pathlib import Path

from graphql import FragmentDefinitionNode, GraphQLSyntaxError, OperationDefinitionNode, parse

from tests.contract.documents.paths import Evaluator
from tests.contract.documents.values import Names

_LOOKS_LIKE_GRAPHQL = re.compile(r"\b(query|mutation|fragment)\b[^{]*\{|\$\w+: |: \$\w+|\w+ \{\s*\w+", re.DOTALL)
_OPERATION_NAME = re.compile(r"\b(?:query|mutation)\s+([A-Za-z_]\w*)\s*[({]")
# Names that the client's own templates leave to be replaced; a text that still has one is not sent.
_PLACEHOLDER = re.compile(r"\b(_[A-Za-z]+(_[A-Za-z]+)*_|ID_TYPE|ID_VALUE)\b")
_NOT_THE_CLIENT = ("vendor",)
# A constant may be built from one of another module, that one from a third.
CONSTANT_ROUNDS = 2


def python_documents(package: Path) -> dict[str, str]:
    """The documents by text, each with the file where it was first found."""
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _source_files(package)}
    everything = _functions_of(list(modules.values()))
    names = {path: _functions_of([tree]) for path, tree in modules.items()}
    for _ in range(CONSTANT_ROUNDS):
        for path, tree in modules.items():
            _add_constants(tree, names[path], everything)
    found: dict[str, str] = {}
    for path, tree in modules.items():
        for text in sorted(_texts(tree, names[path], everything)):
            if is_document(text):
                found.setdefault(text, str(path.relative_to(package)))
    return found


def _texts(tree: ast.Module, local: Names, everything: Names) -> set[str]:
    texts = {value for values in local.constants.values() for value in values}
    evaluator = Evaluator(local, everything, texts.add)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name in everything.walked:
            evaluator.run(function, {})
    return texts


def operation_names(package: Path) -> set[str]:
    """The name of every operation that any string of the package begins, whether or not a document came of it."""
    return {
        name
        for path in _source_files(package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for name in _OPERATION_NAME.findall(node.value)
    }


def is_document(text: str) -> bool:
    """Whether a client could send this: it parses, has an operation and all fragments, and no placeholder is left."""
    if not _LOOKS_LIKE_GRAPHQL.search(text) or _PLACEHOLDER.search(text):
        return False
    try:
        document = parse(text)
    except GraphQLSyntaxError:
        return False
    fragments = {item.name.value for item in document.definitions if isinstance(item, FragmentDefinitionNode)}
    spread = set(re.findall(r"\.\.\.\s*(?!on\b)(\w+)", text))
    return spread <= fragments and any(isinstance(item, OperationDefinitionNode) for item in document.definitions)


def _source_files(package: Path) -> list[Path]:
    return [
        path
        for path in sorted(package.rglob("*.py"))
        if not set(_NOT_THE_CLIENT) & set(path.relative_to(package).parts)
        and re.search(r"\b(query|mutation|fragment)\b", path.read_text(encoding="utf-8"))
    ]


def _functions_of(trees: list[ast.Module]) -> Names:
    names = Names()
    for function in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names.functions.setdefault(function.name, []).append(function)
        if any(_is_graphql(node) for node in ast.walk(function)):
            names.walked.add(function.name)
            # Documents are put together with the help of private functions; a public name would match far too much.
            if function.name.startswith("_") and not function.name.endswith("_"):
                names.inlined.add(function.name)
        elif _returns_words(function):
            names.inlined.add(function.name)
    names.walked |= {name for name, functions in names.functions.items() if any(_calls(f, names) for f in functions)}
    return names


def _is_graphql(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_LOOKS_LIKE_GRAPHQL.search(node.value))
    )


def _returns_words(function: ast.FunctionDef) -> bool:
    """Whether a function only chooses among constant strings, such as the name of a field."""
    returns = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    chosen = [
        item for value in returns for item in ([value.body, value.orelse] if isinstance(value, ast.IfExp) else [value])
    ]
    return bool(chosen) and all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in chosen)


def _calls(function: ast.FunctionDef, names: Names) -> bool:
    """Whether a function may hand parts of a document to a private one."""
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(ast.unparse(node.func).rpartition(".")[2] in names.inlined & names.walked for node in calls)


def _add_constants(tree: ast.Module, local: Names, everything: Names) -> None:
    """Strings assigned at module or class level, those built from earlier ones included."""
    evaluator = Evaluator(local, everything, lambda _text: None)
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]:
        for statement in scope.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    values = [item for item in evaluator.values(statement.value, {}) if isinstance(item, str)]
                    if name.isupper() or any(_LOOKS_LIKE_GRAPHQL.search(item) for item in values):
                        for names in (local, everything):
                            kept = names.constants.setdefault(name, [])
                            kept += [item for item in values if item not in kept]
