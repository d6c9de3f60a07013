"""Each field of the schema is answered, or stands in the one list of those that are not answered yet."""

from dataclasses import fields, is_dataclass
from inspect import Parameter, signature

import pytest
from graphql import GraphQLObjectType

from steelyard.graphql.binding import snake
from steelyard.graphql.schema import build_schema
from steelyard.graphql.unsupported import UNSUPPORTED
from steelyard.http.graphql_app import all_bindings, assemble_schema

# Null is the truth for these, so the default reading is enough.
NULL_IS_RIGHT = {
    "File.artifact": "a file of a run",
    "File.storagePath": "no place in the store is shown",
    "File.uploadHeaders": "signed addresses need no further header",
    "File.uploadMultipartUrls": "a file of a run goes up in one piece",
    "File.uploadUrl": "given by createRunFiles only",
    "Organization.advancedRegistryFeatures": "null means the basic search",
    "Project.dockerImage": "not kept",
    "Project.framework": "not kept",
    "Project.repo": "not kept",
    "Sweep.controllerRunName": "no run controls a sweep",
    "Sweep.earlyStopJobRunning": "no such job",
    "Sweep.user": "not kept",
}


@pytest.fixture(scope="module")
def resolved() -> set[str]:
    return {f"{binding.type_name}.{name}" for binding in all_bindings() for name in binding.resolvers}


@pytest.fixture(scope="module")
def schema():
    return build_schema()


def fields_of(kind: GraphQLObjectType) -> set[str]:
    return {f"{kind.name}.{name}" for name in kind.fields}


def test_the_schema_and_its_resolvers_fit_together():
    assemble_schema()


def test_every_root_field_is_resolved_or_listed(schema, resolved):
    roots = fields_of(schema.query_type) | fields_of(schema.mutation_type)
    assert roots - resolved - set(UNSUPPORTED) == set(), "give these a resolver, or list them in graphql/unsupported.py"


def test_no_field_is_both_resolved_and_listed(resolved):
    assert resolved & set(UNSUPPORTED) == set(), "these have a resolver now: take them out of graphql/unsupported.py"


def test_every_resolver_takes_each_argument_of_its_field(schema):
    refusing = []
    for binding in all_bindings():
        for name, resolver in binding.resolvers.items():
            arguments = [snake(item) for item in schema.type_map[binding.type_name].fields[name].args]
            accepted = signature(resolver).parameters
            takes_all = any(item.kind is Parameter.VAR_KEYWORD for item in accepted.values())
            refusing += [
                f"{binding.type_name}.{name}({item})" for item in arguments if not takes_all and item not in accepted
            ]
    assert refusing == []


def test_no_field_of_a_bound_type_is_null_for_want_of_a_resolver(schema, resolved):
    known = resolved | set(UNSUPPORTED) | set(NULL_IS_RIGHT)
    silent = set()
    for binding in all_bindings():
        if binding.model and is_dataclass(binding.model):
            attributes = {item.name for item in fields(binding.model)} | set(dir(binding.model))
            names = schema.type_map[binding.type_name].fields
            silent |= {f"{binding.type_name}.{name}" for name in names if snake(name) not in attributes}
    assert silent - known == set(), "resolve these, list them in graphql/unsupported.py, or say why null is right"
