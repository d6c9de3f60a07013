"""What the server forgives in the input of clients, and what it does not."""

import pytest
from graphql import build_schema, execute_sync, parse

from steelyard.graphql.lenient import strip_unknown_keys
from steelyard.graphql.validation import prepare, validate_document

SDL = """
scalar JSONString
scalar Int64

enum Layout { V1 V2 }

input TagInput { name: String!, attributes: JSONString }

input SaveInput { id: ID, name: String!, notes: String, tags: [TagInput!], more: SaveInput, layout: Layout }

type Saved { name: String }

type Query {
  run(id: ID!, names: [String!], count: Int, after: Int64, specs: [JSONString!]!): String
  echo(value: String!): String
}

type Mutation { save(input: SaveInput!): Saved }
"""


@pytest.fixture(scope="module")
def schema():
    return build_schema(SDL)


def messages(schema, text: str) -> list[str]:
    return [error.message for error in validate_document(schema, parse(text))]


def variables_of(schema, text: str, values: dict) -> dict:
    return strip_unknown_keys(schema, parse(text).definitions[0], values)


def run(schema, text: str, root: dict, values: dict):
    prepared = prepare(schema, text)
    assert prepared.document is not None, [error.message for error in prepared.errors]
    values = strip_unknown_keys(schema, prepared.document.definitions[0], values)
    return execute_sync(schema, prepared.document, root, variable_values=values)


def test_unknown_fields_of_an_input_literal_are_dropped_at_any_depth(schema):
    text = 'mutation { save(input: {name: "a", newer: 1, tags: [{name: "t", colour: "red"}]}) { name } }'
    given = []
    answer = run(schema, text, {"save": lambda _info, **args: given.append(args["input"])}, {})
    assert answer.errors is None
    assert given == [{"name": "a", "tags": [{"name": "t"}]}]


def test_a_variable_used_only_in_a_dropped_field_is_no_error(schema):
    assert messages(schema, 'mutation($new: Int) { save(input: {name: "a", newer: $new}) { name } }') == []


def test_unknown_keys_of_a_variable_are_dropped_at_any_depth(schema):
    text = "mutation($input: SaveInput!) { save(input: $input) { name } }"
    value = {"name": "a", "newer": 1, "tags": [{"name": "t", "x": 1}], "more": {"name": "b", "y": {"z": 1}}}
    assert variables_of(schema, text, {"input": value}) == {
        "input": {"name": "a", "tags": [{"name": "t"}], "more": {"name": "b"}}
    }


def test_one_object_given_for_a_list_loses_its_unknown_keys_too(schema):
    text = "mutation($tags: [TagInput!]) { save(input: {tags: $tags}) { name } }"
    assert variables_of(schema, text, {"tags": {"name": "t", "x": 1}}) == {"tags": {"name": "t"}}


def test_undeclared_variables_are_ignored(schema):
    answer = run(
        schema, "query($v: String!) { echo(value: $v) }", {"echo": lambda _i, value: value}, {"v": "a", "other": 1}
    )
    assert answer.data == {"echo": "a"}


def test_a_single_value_becomes_a_list(schema):
    given = []
    text = 'query($specs: [JSONString!]!) { run(id: "1", specs: $specs) }'
    run(schema, text, {"run": lambda _i, **args: given.append(args["specs"])}, {"specs": "{}"})
    assert given == [["{}"]]


def test_explicit_null_for_an_optional_input_is_accepted(schema):
    text = 'mutation($notes: String) { save(input: {name: "a", notes: $notes}) { name } }'
    given = []
    answer = run(schema, text, {"save": lambda _info, **args: given.append(args["input"])}, {"notes": None})
    assert answer.errors is None
    assert given == [{"name": "a", "notes": None}]


@pytest.mark.parametrize(
    "declaration", ["$id: String!", "$id: ID", "$id: String", "$id: JSONString!", "$id: Int!", "$id: Int64"]
)
def test_a_variable_may_be_declared_with_an_interchangeable_type(schema, declaration):
    assert messages(schema, f'query({declaration}) {{ run(id: $id, specs: ["{{}}"]) }}') == []


@pytest.mark.parametrize("declared", ["[String]!", "[String]", "[String!]!", "[ID!]"])
def test_nullability_of_lists_and_items_is_not_compared(schema, declared):
    assert messages(schema, f'query($names: {declared}) {{ run(id: "1", specs: "{{}}", names: $names) }}') == []


def test_a_null_where_none_may_be_is_refused_by_execution(schema):
    answer = run(schema, "query($v: String) { echo(value: $v) }", {"echo": lambda _i, value: value}, {"v": None})
    assert answer.errors


@pytest.mark.parametrize("declared", ["Boolean!", "[ID!]", "Layout", "SaveInput"])
def test_a_variable_of_another_kind_is_refused(schema, declared):
    [message] = messages(schema, f'query($id: {declared}) {{ run(id: $id, specs: "{{}}") }}')
    assert message == f'Variable "$id" of type "{declared}" used in position expecting type "ID!".'


def test_an_unknown_field_is_refused_in_the_words_that_clients_compare(schema):
    assert messages(schema, 'mutation { save(input: {name: "a"}) { nam } }') == [
        'Cannot query field "nam" on type "Saved".'
    ]


def test_an_unknown_argument_is_refused_in_the_words_that_clients_compare(schema):
    assert messages(schema, '{ echo(value: "a", valu: 1) }') == [
        'Unknown argument "valu" on field "echo" of type "Query".'
    ]
