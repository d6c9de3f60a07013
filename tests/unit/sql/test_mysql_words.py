"""The SQL is that of MySQL 8.0.28, though the tests run on a newer one: what came later is not used."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy.dialects.mysql import asyncmy
from sqlalchemy.schema import CreateIndex, CreateTable

from steelyard.migrations.schema import all_tables

SOURCES = Path(__file__).parents[3] / "steelyard"
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|VALUES|SHOW|SET|GRANT|\(VALUES) ")
# By the release notes of 8.0.29 to 9.7: set operations, table functions, types, clauses and statements.
LATER = re.compile(
    r"\b(INTERSECT|EXCEPT|TABLESAMPLE|QUALIFY|MANUAL|PARALLEL|VECTOR|STRING_TO_VECTOR|DISTANCE|JSON_DUALITY_VIEW"
    r"|BINARY LOG STATUS|PARSE_TREE|BULK|IF NOT EXISTS TRIGGER|GENERATE_INVISIBLE|ALGORITHM\s*=\s*INSTANT"
    r"|DROP COLUMN IF|ADD COLUMN IF|RETURNING|FULL OUTER)\b"
)
# Names that went with 8.4 or before: a newer server does not know them.
GONE = re.compile(
    r"\b(MASTER STATUS|SLAVE STATUS|have_ssl|have_openssl|default_authentication_plugin|expire_logs_days)\b"
)
METHODS = {"intersect", "intersect_all", "except_", "except_all", "tablesample"}
# All in 8.0.28; `func.NAME` makes a call of anything, so new ones are looked up before they stand here.
FUNCTIONS = {"count", "sum", "coalesce", "lower", "max", "min", "get_lock", "release_lock"}
# Words that no release up to 8.0.28 reserves, and later ones do: as a name they break without quotes.
RESERVED_LATER = {"intersect", "manual", "parallel", "qualify", "tablesample", "library", "external", "full", "vector"}


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    return [
        (f"{file.relative_to(SOURCES)}:{getattr(node, 'lineno', 0)}", node)
        for file in sorted(SOURCES.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
    ]


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "x" for part in node.values)
    return ""


def ddl() -> Iterator[str]:
    dialect = asyncmy.dialect()
    for table in all_tables():
        yield str(CreateTable(table).compile(dialect=dialect))
        yield from (str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)


def test_statements_have_no_word_of_a_later_release() -> None:
    statements = [(place, text) for place, node in nodes() if STATEMENT.match(text := text_of(node))]
    assert len(statements) > 20, "statements are not found any more"
    later = [(place, text) for place, text in statements if LATER.search(text) or GONE.search(text)]
    assert not later


def test_no_expression_makes_what_a_later_release_has() -> None:
    used, methods = set(), set()
    for place, node in nodes():
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id == "func":
                used.add(node.attr)
            if node.attr in METHODS and "domains/" in place:
                methods.add(f"{place} {node.attr}")
    assert used, "functions are not found any more"
    assert used <= FUNCTIONS, "look up in which release it came, then add it"
    assert not methods


def test_tables_are_made_by_what_every_release_has() -> None:
    made = list(ddl())
    assert len(made) > 40
    assert not [text for text in made if LATER.search(text) or " INVISIBLE" in text]
    assert not [text for text in made if text.lstrip().startswith("CREATE TABLE") and "PRIMARY KEY" not in text]
    names = {name for table in all_tables() for name in (table.name, *table.c.keys())}
    assert not names & RESERVED_LATER


@pytest.mark.parametrize(
    "text", ["SELECT 1 INTERSECT SELECT 2", "DELETE FROM runs RETURNING id", "ALTER TABLE a ADD v VECTOR(3)"]
)
def test_what_is_looked_for_is_found(text: str) -> None:
    assert STATEMENT.match(text)
    assert LATER.search(text)
