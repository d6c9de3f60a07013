"""Binds resolvers to the fields of the joined schema.

    run = ObjectBinding("Run", model=Run)

    @run.field("historyKeys")
    async def run_history_keys(run: Run, ctx: Context) -> HistoryKeys: ...

    @query.field("project")                    # roots have no parent
    async def project(ctx: Context, name: str, entity_name: str | None = None) -> Project | None: ...

Arguments arrive under snake_case names; input objects as plain dicts with the wire's own keys. A field without a
resolver reads the attribute of that snake_case name (or the dict key of the wire's name). `id` of a model whose id is
a number becomes the global id of the type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
)

from steelyard.kernel.errors import NotSupported
from steelyard.kernel.ids import encode_global_id
from steelyard.sql.again import untied

Resolver = Callable[..., Any]
_ROOTS = {"Query", "Mutation"}


class ObjectBinding:
    """The resolvers of one GraphQL object type. `model` is the class that resolvers of other types return for it."""

    def __init__(self, type_name: str, model: type | None = None) -> None:
        self.type_name = type_name
        self.model = model
        self.resolvers: dict[str, Resolver] = {}

    def field(self, name: str) -> Callable[[Resolver], Resolver]:
        def bind(resolver: Resolver) -> Resolver:
            assert name not in self.resolvers, f"{self.type_name}.{name} is bound twice"
            self.resolvers[name] = resolver
            return resolver

        return bind


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])", r"_\1\2", name).lower()


def bind_schema(schema: GraphQLSchema, bindings: Iterable[ObjectBinding], unsupported: Iterable[str]) -> None:
    """Attach every resolver, and a refusal to the fields of `unsupported` that have none.

    Raises `AssertionError` for a resolver without a field, or a root field without a resolver.
    """
    models: dict[type, str] = {}
    for binding in bindings:
        _bind_type(schema, binding)
        if binding.model:
            models[binding.model] = binding.type_name
    for path in unsupported:
        type_name, field_name = path.split(".")
        field = _object(schema, type_name).fields[field_name]
        field.resolve = field.resolve or _refuse(path)
    _fill_defaults(schema, models)


def _object(schema: GraphQLSchema, type_name: str) -> GraphQLObjectType:
    found = schema.type_map.get(type_name)
    assert isinstance(found, GraphQLObjectType), f"the schema has no object type {type_name}"
    return found


def _bind_type(schema: GraphQLSchema, binding: ObjectBinding) -> None:
    target = _object(schema, binding.type_name)
    for name, resolver in binding.resolvers.items():
        assert name in target.fields, f"the schema has no field {binding.type_name}.{name}"
        adapt = _ADAPTERS.get(binding.type_name, _adapt)
        target.fields[name].resolve = adapt(resolver)


def _adapt(resolver: Resolver) -> Resolver:
    def resolve(parent: Any, info: GraphQLResolveInfo[Any], **args: Any) -> Any:
        return resolver(parent, info.context, **{snake(key): value for key, value in args.items()})

    return resolve


def _adapt_root(resolver: Resolver) -> Resolver:
    def resolve(_parent: Any, info: GraphQLResolveInfo[Any], **args: Any) -> Any:
        return resolver(info.context, **{snake(key): value for key, value in args.items()})

    return resolve


def _adapt_mutation(resolver: Resolver) -> Resolver:
    """Mutations are done again after a deadlock, as clients would do them again if they were told of it."""
    resolve_root = _adapt_root(resolver)

    async def resolve(parent: Any, info: GraphQLResolveInfo[Any], **args: Any) -> Any:
        return await untied(lambda: resolve_root(parent, info, **args))

    return resolve


_ADAPTERS = {"Query": _adapt_root, "Mutation": _adapt_mutation}


def _refuse(path: str) -> Resolver:
    def resolve(*_: Any, **__: Any) -> Any:
        raise NotSupported(f"{path} is not supported by this server yet")

    return resolve


def _fill_defaults(schema: GraphQLSchema, models: dict[type, str]) -> None:
    for named in schema.type_map.values():
        if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
            named.resolve_type = _resolve_type(models)
        if not isinstance(named, GraphQLObjectType) or is_introspection_type(named):
            continue
        for name, field in named.fields.items():
            if field.resolve is None:
                assert named.name not in _ROOTS, f"{named.name}.{name} has no resolver and is not listed as unsupported"
                field.resolve = _read_id(named.name) if name == "id" else _read(name)


def _resolve_type(models: dict[type, str]) -> Resolver:
    def resolve(value: Any, _info: GraphQLResolveInfo[Any], _abstract: Any) -> str | None:
        return value.get("__typename") if isinstance(value, dict) else models.get(type(value))

    return resolve


def _read(wire_name: str) -> Resolver:
    attribute = snake(wire_name)

    def resolve(parent: Any, _info: GraphQLResolveInfo[Any], **_args: Any) -> Any:
        return parent.get(wire_name) if isinstance(parent, dict) else getattr(parent, attribute, None)

    return resolve


def _read_id(type_name: str) -> Resolver:
    def resolve(parent: Any, _info: GraphQLResolveInfo[Any]) -> Any:
        value = parent.get("id") if isinstance(parent, dict) else getattr(parent, "id", None)
        return encode_global_id(type_name, value) if isinstance(value, int) else value

    return resolve
