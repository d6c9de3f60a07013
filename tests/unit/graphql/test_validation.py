"""From text to a document: limits, errors, and what is remembered."""

import pytest
from graphql import build_schema, parse

from steelyard.graphql.cost import MAX_DEPTH, MAX_FIELDS, MAX_ROOT_FIELDS, measure
from steelyard.graphql.validation import MAX_DOCUMENT_CHARS, DocumentCache, prepare

SDL = """
type Node { child: Node, name: String, names(first: Int): [String!] }
type Query { node: Node, features: [String!] }
"""


@pytest.fixture(scope="module")
def schema():
    return build_schema(SDL)


def refusal(schema, text: str) -> str:
    prepared = prepare(schema, text)
    assert prepared.document is None
    [error] = prepared.errors
    return error.message


def nested(levels: int) -> str:
    return "{ node " + "{ child " * (levels - 2) + "{ name }" + " }" * (levels - 1)


def test_a_document_at_the_limit_of_depth_is_accepted(schema):
    assert prepare(schema, nested(MAX_DEPTH)).errors == ()


def test_a_document_of_depth_100_is_refused_with_a_clear_error(schema):
    assert refusal(schema, nested(100)) == (
        f"the document is too large: 100 nested selections, at most {MAX_DEPTH} are allowed; ask for less at a time"
    )


def test_depth_hidden_in_fragments_is_counted(schema):
    fragments = [f"fragment F{n} on Node {{ child {{ ...F{n + 1} }} }}" for n in range(40)]
    text = "{ node { ...F0 } } " + " ".join(fragments) + " fragment F40 on Node { name }"
    assert "nested selections" in refusal(schema, text)


def test_a_document_nested_deeper_than_the_parser_goes_is_refused(schema):
    assert refusal(schema, nested(5000)).startswith("Syntax Error")


def test_a_long_chain_of_fragments_is_refused(schema):
    text = "{ node { ...F0 } } " + " ".join(f"fragment F{n} on Node {{ ...F{n + 1} }}" for n in range(900))
    assert "too large" in refusal(schema, text)


def test_fragments_that_double_at_each_level_are_refused_at_once(schema):
    both = "fragment F{} on Node {{ a: child {{ ...F{} }} b: child {{ ...F{} }} }} "
    text = "{ node { ...F0 } } " + "".join(both.format(n, n + 1, n + 1) for n in range(12))
    text += "fragment F12 on Node { name }"
    assert f"selected fields, at most {MAX_FIELDS}" in refusal(schema, text)


def test_many_aliases_of_a_root_field_are_refused(schema):
    text = "{" + " ".join(f"a{n}: features" for n in range(MAX_ROOT_FIELDS + 1)) + "}"
    assert "fields at the root" in refusal(schema, text)


def test_a_fragment_that_contains_itself_is_refused_as_such(schema):
    assert refusal(schema, "{ node { ...F } } fragment F on Node { name ...F }") == (
        'Cannot spread fragment "F" within itself.'
    )


def test_a_document_of_too_many_characters_is_refused_unread(schema):
    assert "Source contains more than" in refusal(schema, "{ features }" + " " * MAX_DOCUMENT_CHARS)


def test_text_that_is_no_document_is_a_syntax_error(schema):
    assert refusal(schema, "query {").startswith("Syntax Error")


def test_comments_and_trailing_commas_are_accepted(schema):
    assert prepare(schema, "#graphql\nquery Q($n: Int,) { node { names(first: $n,), name, }, }").errors == ()


def test_the_words_that_a_client_of_a_new_feature_looks_for(schema):
    assert refusal(schema, "{ feature }") == 'Cannot query field "feature" on type "Query".'


def test_an_operation_is_as_large_as_the_largest_of_its_document():
    cost = measure(parse("query A { node { name } } query B { a: features b: features c: features }"))
    assert (cost.depth, cost.fields, cost.root_fields) == (2, 3, 3)


def test_a_document_is_prepared_once(schema):
    cache = DocumentCache(schema)
    assert cache.prepare("{ features }") is cache.prepare("{ features }")


def test_the_least_used_documents_are_forgotten_when_the_room_is_full(schema):
    first, second, third = ("{ a: features }", "{ b: features }", "{ c: features }")
    cache = DocumentCache(schema, capacity_chars=2 * len(first))
    kept = cache.prepare(first)
    lost = cache.prepare(second)
    cache.prepare(first)
    cache.prepare(third)
    assert cache.prepare(first) is kept
    assert cache.prepare(second) is not lost
