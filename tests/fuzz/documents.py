"""GraphQL documents made from the schema: any fields, any depth, arguments of their types or nearly so."""

import random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
    is_union_type,
)

from tests.fuzz import wild

_DEPTH = 7
_FIELDS = 4


class Documents:
    """Makes documents; `pool` holds texts that name things there are."""

    def __init__(self, schema: GraphQLSchema, chance: random.Random, pool: list[Any]) -> None:
        self._schema, self._chance = schema, chance
        self._pool = [item for item in pool if isinstance(item, str)]

    def query(self) -> tuple[str, dict[str, Any]]:
        assert self._schema.query_type is not None
        return self._document("query", self._schema.query_type)

    def mutation(self) -> tuple[str, dict[str, Any]]:
        assert self._schema.mutation_type is not None
        return self._document("mutation", self._schema.mutation_type)

    def _document(self, kind: str, root: GraphQLObjectType) -> tuple[str, dict[str, Any]]:
        declared: list[str] = []
        variables: dict[str, Any] = {}
        name = self._chance.choice(sorted(root.fields))
        body = self._field(root, name, _DEPTH, declared, variables)
        head = f"({', '.join(declared)})" if declared else ""
        return f"{kind} Q{head} {{ {body} }}", variables

    def _field(self, owner: Any, name: str, depth: int, declared: list[str], variables: dict[str, Any]) -> str:
        field, arguments = owner.fields[name], []
        for key, argument in field.args.items():
            if is_required_argument(argument) or self._chance.random() < 0.5:
                variable = f"v{len(declared)}"
                declared.append(f"${variable}: {argument.type}")
                variables[variable] = self._value(argument.type, 4)
                arguments.append(f"{key}: ${variable}")
        shown = f"{name}({', '.join(arguments)})" if arguments else name
        return f"{shown}{self._selection(get_named_type(field.type), depth - 1, declared, variables)}"

    def _selection(self, kind: Any, depth: int, declared: list[str], variables: dict[str, Any]) -> str:
        if is_leaf_type(kind):
            return ""
        if is_union_type(kind):
            parts = [f"... on {item.name}{self._selection(item, depth, declared, variables)}" for item in kind.types]
            return f" {{ __typename {' '.join(parts)} }}"
        leaves = [name for name, field in kind.fields.items() if is_leaf_type(get_named_type(field.type))]
        names = sorted(kind.fields) if depth > 0 else leaves
        chosen = self._chance.sample(names, min(len(names), _FIELDS)) if names else []
        # An alias for each: the same field may be asked for with several arguments.
        parts = [
            f"f{index}: {self._field(kind, name, depth, declared, variables)}" for index, name in enumerate(chosen)
        ]
        return f" {{ __typename {' '.join(parts)} }}"

    def _value(self, kind: GraphQLInputType, depth: int) -> Any:
        chance = self._chance
        if is_non_null_type(kind):
            found = self._value(kind.of_type, depth)
            return self._value(kind.of_type, depth) if found is None else found
        if chance.random() < 0.05:
            return None
        if chance.random() < 0.03:
            return wild.value(chance)
        if is_list_type(kind):
            return [self._value(kind.of_type, depth - 1) for _ in range(chance.randrange(3))]
        if isinstance(kind, GraphQLEnumType):
            return chance.choice(sorted(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return {
                name: self._value(field.type, depth - 1)
                for name, field in kind.fields.items()
                if is_required_input_field(field) or (depth > 0 and chance.random() < 0.6)
            }
        return self._leaf(getattr(kind, "name", ""))

    def _leaf(self, name: str) -> Any:
        chance = self._chance
        if name == "Boolean":
            return chance.random() < 0.5
        if name == "Int":
            return chance.choice((0, 1, 2, 50, -1, 2**31 - 1))
        if name == "Float":
            return chance.choice((0.0, 1.5, -1.0, 1e308))
        if self._pool and chance.random() < 0.7:
            return chance.choice(self._pool)
        return wild.text(chance)
