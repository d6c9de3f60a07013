"""The joined schema: who may name whose types, what old clients look for, and the committed copy."""

import pytest
from graphql import (
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    NamedTypeNode,
    TypeDefinitionNode,
    Visitor,
    get_introspection_query,
    graphql_sync,
    is_non_null_type,
    visit,
)

from steelyard.graphql.schema import SLICES, build_schema, load_documents
from steelyard.graphql.unsupported import UNSUPPORTED

BUILT_IN = {"ID", "String", "Int", "Float", "Boolean"}


@pytest.fixture(scope="module")
def schema():
    return build_schema()


def declared_names(document: DocumentNode) -> set[str]:
    return {item.name.value for item in document.definitions if isinstance(item, TypeDefinitionNode)}


def used_names(document: DocumentNode) -> set[str]:
    names: set[str] = set()

    class Collect(Visitor):
        def enter_named_type(self, node: NamedTypeNode, *_args) -> None:
            names.add(node.name.value)

    visit(document, Collect())
    return names


def test_a_slice_names_types_of_its_own_and_of_lower_slices_only():
    documents = load_documents()
    known = BUILT_IN | declared_names(documents["base"])
    for name in SLICES:
        if name in documents:
            known |= declared_names(documents[name])
            assert used_names(documents[name]) <= known, f"{name}/schema.graphql names a type of a higher slice"


def test_a_failed_root_field_does_not_take_the_others_with_it(schema):
    for root in (schema.query_type, schema.mutation_type):
        assert [name for name, field in root.fields.items() if is_non_null_type(field.type)] == []


def test_unsupported_fields_exist_in_the_schema(schema):
    for path in UNSUPPORTED:
        type_name, field = path.split(".")
        assert field in schema.type_map[type_name].fields, path


# docs/protocol/compat.md, introspection: what clients up to 0.25 look for before they use a feature
PROBES = {
    "Query": {"serverInfo"},
    "Mutation": {"createRunFiles"},
    "ServerInfo": {"cliVersionInfo", "latestLocalVersionInfo", "features"},
    "UseArtifactInput": {"usedAs"},
    "AddAliasesInput": {"artifactID", "aliases"},
    "Artifact": {"ttlIsInherited", "tags", "ttlDurationSeconds"},
    "CreateArtifactInput": {
        "historyStep",
        "clientID",
        "sequenceClientID",
        "enableDigestDeduplication",
        "ttlDurationSeconds",
        "tags",
        "distributedID",
    },
    "CreateArtifactFileSpecInput": {"uploadPartsInput"},
    "FailRunQueueItemInput": {"message"},
    "CreateLaunchAgentInput": {"agentConfig", "version"},
    "CreateRunQueueInput": {"prioritizationMode"},
    "PushToRunQueueInput": {"priority", "templateVariableValues"},
    "PushToRunQueueByNameInput": {"priority", "templateVariableValues"},
    "LaunchAgent": {"stopPolling"},
    "Project": {"internalId", "artifact", "artifactCollectionMembership"},
    "Run": {"projectId"},
    "DeleteFilesInput": {"projectId"},
    "Organization": {"orgEntity"},
}

PROBE = (
    "query Probe($name: String!) { __type(name: $name) { name fields { name args { name } } inputFields { name } } }"
)


@pytest.mark.parametrize("type_name", PROBES)
def test_introspection_finds_what_old_clients_look_for(schema, type_name):
    answer = graphql_sync(schema, PROBE, variable_values={"name": type_name})
    assert answer.errors is None
    found = answer.data["__type"]
    names = {item["name"] for item in (found["fields"] or []) + (found["inputFields"] or [])}
    assert names >= PROBES[type_name]


def test_introspection_of_an_unknown_type_is_null_without_an_error(schema):
    answer = graphql_sync(schema, PROBE, variable_values={"name": "NoSuchType"})
    assert answer.errors is None
    assert answer.data == {"__type": None}


def test_the_usual_introspection_query_is_answered(schema):
    assert graphql_sync(schema, get_introspection_query()).errors is None


NAMED = [
    "ArtifactAliasInput",
    "ArtifactCollectionAliasInput",
    "ArtifactCollectionType",
    "ArtifactDigestAlgorithm",
    "ArtifactManifestType",
    "ArtifactStorageLayout",
    "AlertSeverity",
    "CompleteMultipartAction",
    "EventTriggeringConditionType",
    "RenameProjectInput",
    "RunQueueAccessType",
    "RunQueuePrioritizationMode",
    "TagInput",
    "TriggerScopeType",
    "TriggeredActionType",
    "UpdateRunStateInput",
    "UploadPartsInput",
    "UpsertModelInput",
]


@pytest.mark.parametrize("type_name", NAMED)
def test_types_that_clients_declare_variables_with_exist(schema, type_name):
    assert type_name in schema.type_map


def test_every_mutation_input_takes_an_id_of_the_client(schema):
    for name, field in schema.mutation_type.fields.items():
        given = field.args["input"].type.of_type
        assert isinstance(given, GraphQLInputObjectType)
        assert {"clientMutationId", "clientMutationID"} & set(given.fields), name


def test_collections_are_known_by_the_two_names_that_clients_switch_on(schema):
    collection = schema.type_map["ArtifactCollection"]
    assert isinstance(collection, GraphQLInterfaceType)
    assert {item.name for item in schema.get_possible_types(collection)} == {"ArtifactSequence", "ArtifactPortfolio"}
    assert all(isinstance(item, GraphQLObjectType) for item in schema.get_possible_types(collection))
