"""What is forgiven in the input of a client that is newer, or older, than this schema.

Unknown fields of input objects are dropped, in literals before validation and in variable values before execution.
A variable is accepted wherever its value can be read, although the two types are spelled differently. Unknown output
fields and unknown arguments are never forgiven: clients tell what a server can do by that error
(docs/protocol/graphql-operations.md).
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLType,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    ValidationRule,
    Visitor,
    VisitorAction,
    get_named_type,
    is_input_type,
    type_from_ast,
    visit,
)

# Clients declare one of these where the schema, or another client, says another; the values read the same.
INTERCHANGEABLE = frozenset({"ID", "String", "JSONString", "Int", "Int64"})


def strip_unknown_fields(schema: GraphQLSchema, document: DocumentNode) -> DocumentNode:
    """The document without those fields of its input object literals that their types do not have."""
    type_info = TypeInfo(schema)
    stripped: DocumentNode = visit(document, TypeInfoVisitor(type_info, _UnknownFieldRemover(type_info)))
    return stripped


class _UnknownFieldRemover(Visitor):
    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self._type_info = type_info

    def enter_object_field(self, node: ObjectFieldNode, *_args: Any) -> VisitorAction:
        parent = get_named_type(self._type_info.get_parent_input_type())
        if isinstance(parent, GraphQLInputObjectType) and node.name.value not in parent.fields:
            return REMOVE
        return None


def strip_unknown_keys(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of the declared variables, without keys that their input types do not have, at any depth."""
    kept = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        declared = type_from_ast(schema, definition.type)
        if name in variables:
            kept[name] = _strip(variables[name], declared) if is_input_type(declared) else variables[name]
    return kept


def _strip(value: Any, declared: GraphQLInputType) -> Any:
    if isinstance(declared, GraphQLNonNull):
        return _strip(value, declared.of_type)
    if isinstance(declared, GraphQLList):
        # A single value given for a list stays single here: execution makes the list of it.
        items = declared.of_type
        return [_strip(item, items) for item in value] if isinstance(value, list) else _strip(value, items)
    if isinstance(declared, GraphQLInputObjectType) and isinstance(value, dict):
        fields = declared.fields
        return {name: _strip(item, fields[name].type) for name, item in value.items() if name in fields}
    return value


class LenientVariablesInAllowedPosition(ValidationRule):
    """Accepts a variable when the lists are as deep and the named types are equal or interchangeable.

    Nullability is left to execution, which refuses a null where one must not be: a client may declare `String` for a
    `String!` that it always sends.
    """

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_args: Any) -> None:
        definitions = {item.variable.name.value: item for item in operation.variable_definitions or ()}
        for usage in self.context.get_recursive_variable_usages(operation):
            definition = definitions.get(usage.node.name.value)
            if definition is None or usage.type is None:
                continue
            declared = type_from_ast(self.context.schema, definition.type)
            if declared is not None and not _readable(declared, usage.type):
                message = (
                    f"Variable '${usage.node.name.value}' of type '{declared}' used"
                    f" in position expecting type '{usage.type}'."
                )
                self.report_error(GraphQLError(message, [definition, usage.node]))


def _readable(declared: GraphQLType, expected: GraphQLType) -> bool:
    declared_name, declared_depth = _shape(declared)
    expected_name, expected_depth = _shape(expected)
    same = declared_name == expected_name or {declared_name, expected_name} <= INTERCHANGEABLE
    return same and declared_depth == expected_depth


def _shape(wrapped: GraphQLType) -> tuple[str, int]:
    """The name of the innermost type and the number of lists around it."""
    depth = 0
    while isinstance(wrapped, GraphQLList | GraphQLNonNull):
        depth += isinstance(wrapped, GraphQLList)
        wrapped = wrapped.of_type
    return str(wrapped), depth
