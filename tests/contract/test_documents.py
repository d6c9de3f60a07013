"""Every GraphQL document that a client can send is valid against our schema, by the validation the server uses.

Documents are read from the installed client (`tests.contract.documents`), not recorded: so those of rare calls are
among them, and those of a new client version are as soon as it is added to the list of versions.
"""

import re
from functools import cache
from pathlib import Path

import pytest
from graphql import DocumentNode, FieldNode, GraphQLObjectType, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from steelyard.graphql.cost import MAX_DEPTH, MAX_FIELDS, MAX_ROOT_FIELDS, measure
from steelyard.graphql.schema import build_schema
from steelyard.graphql.validation import prepare
from tests.contract.documents import ClientDocument, collect_documents
from tests.contract.documents.python_source import operation_names
from tests.services.clients import NEWEST, VERSIONS, ensure_client

# What a client selects only from a server whose introspection says so, and ours says the opposite.
FOR_OTHER_SERVERS = {
    # asked when the type `ServerSettings` exists; its messages are nothing that we send
    'Cannot query field "serverSettings" on type "UpsertBucketPayload".',
    # 0.19 asks for `internalId` of a run when `Run.projectId` does not exist
    'Cannot query field "internalId" on type "Run".',
}

# Operations that begin in a string and of which no document is collected.
NOT_COLLECTED = {
    "per": "prose",
    "LinkArtifact": "0.15 completes it in a nested function; the forms of later versions are collected",
}


@cache
def package_of(version: str) -> Path:
    environment = ensure_client(version).parent.parent
    return next(environment.glob("lib/python3*/site-packages/wandb"))


@cache
def documents_of(version: str) -> list[ClientDocument]:
    return collect_documents(package_of(version))


def operation_names_in(document: ClientDocument) -> list[str]:
    return re.findall(r"\b(?:query|mutation)\s+(\w+)", document.text)


@pytest.fixture(scope="module")
def schema():
    return build_schema()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_document_of_the_client_is_valid(version, schema):
    refused = {
        error.message: f"{document.origin}: {operation_names_in(document)}"
        for document in documents_of(version)
        for error in prepare(schema, document.text).errors
    }
    assert {message: where for message, where in refused.items() if message not in FOR_OTHER_SERVERS} == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_no_operation_of_the_client_is_overlooked(version):
    collected = {name for document in documents_of(version) for name in operation_names_in(document)}
    assert operation_names(package_of(version)) - collected <= set(NOT_COLLECTED)


def test_documents_are_found_in_the_python_files_and_in_the_go_binary():
    origins = {document.origin for document in documents_of(NEWEST)}
    assert {"bin/wandb-core", "apis/_generated/operations.py", "sdk/artifacts/_generated/operations.py"} <= origins


@pytest.mark.parametrize(
    ("version", "part"),
    [
        (NEWEST, "launchScheduler: $launchScheduler"),  # made by replacing text in a template
        (NEWEST, "deleteArtifacts: $deleteArtifacts"),  # filled in when an argument says so
        (NEWEST, "...LightweightRunFragment"),  # a fragment chosen by its name
        (NEWEST, "query OrganizationCoreWeaveOrganizationID"),  # of the Go binary
        ("0.19.11", "fragment ArtifactFragment on Artifact"),  # joined by a function of another module
        ("0.17.9", "artifactCollections: artifactSequences"),  # the older name of a field
        ("0.15.12", "sequenceClientID: $sequenceClientID"),  # grown argument by argument
    ],
)
def test_documents_that_the_client_puts_together_are_collected(version, part):
    assert any(part in document.text for document in documents_of(version))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_limits_leave_room_above_the_largest_document(version):
    costs = [measure(parse(document.text)) for document in documents_of(version)]
    assert max(cost.depth for cost in costs) * 2 <= MAX_DEPTH
    assert max(cost.fields for cost in costs) * 2 <= MAX_FIELDS
    assert max(cost.root_fields for cost in costs) * 2 <= MAX_ROOT_FIELDS


def root_fields(document: DocumentNode, schema) -> set[str]:
    found: set[str] = set()
    info = TypeInfo(schema)

    class Roots(Visitor):
        def enter_field(self, node: FieldNode, *_args) -> None:
            parent = info.get_parent_type()
            if isinstance(parent, GraphQLObjectType) and parent in (schema.query_type, schema.mutation_type):
                found.add(f"{parent.name}.{node.name.value}")

    visit(document, TypeInfoVisitor(info, Roots()))
    return found


OF_WORKSPACES = "asked by wandb-workspaces, the separate package for reports and workspaces"
# Root fields that no document of these versions asks for, and the reason why they are in the schema.
ASKED_BY_NONE = {
    "Mutation.deleteView": OF_WORKSPACES,
    # links to a report for people without an account
    "Mutation.createAccessToken": OF_WORKSPACES,
    "Mutation.updateAccessTokenProjects": OF_WORKSPACES,
    "Mutation.revokeAccessToken": OF_WORKSPACES,
}


def test_every_root_field_of_the_schema_is_asked_by_some_client(schema):
    asked = {
        field
        for version in VERSIONS
        for document in documents_of(version)
        for field in root_fields(parse(document.text), schema)
    }
    offered = {f"{root.name}.{name}" for root in (schema.query_type, schema.mutation_type) for name in root.fields}
    assert offered - asked == set(ASKED_BY_NONE)
