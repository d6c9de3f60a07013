"""How the scalars of `base.graphql` read and write values (docs/protocol/README.md, scalars)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from graphql import ConstValueNode, GraphQLScalarType, GraphQLSchema
from graphql.utilities import value_from_ast_untyped

from steelyard.kernel import jsontext
from steelyard.kernel.clock import iso


def _json_string_out(value: Any) -> str:
    """JSON inside a string; bare NaN tokens are allowed there, for the client reads it with its own parser."""
    return value if isinstance(value, str) else jsontext.dumps(value)


def _json_string_in(value: Any) -> str:
    return value if isinstance(value, str) else jsontext.dumps(value)


def _datetime_out(value: Any) -> str:
    return iso(value) if isinstance(value, datetime) else str(value)


def _int64(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError("a number is needed, not a boolean")
    return int(value)


def _same(value: Any) -> Any:
    return value


def _literal(read: Any) -> Any:
    def coerce(node: ConstValueNode) -> Any:
        return read(value_from_ast_untyped(node))

    return coerce


_SCALARS: dict[str, tuple[Any, Any]] = {
    "JSONString": (_json_string_out, _json_string_in),
    "JSON": (jsontext.strict_safe, _same),
    "Int64": (_int64, _int64),
    "DateTime": (_datetime_out, str),
    "Duration": (_int64, _int64),
}


def bind_scalars(schema: GraphQLSchema) -> None:
    for name, (write, read) in _SCALARS.items():
        scalar = schema.type_map.get(name)
        if isinstance(scalar, GraphQLScalarType):
            vars(scalar).update(coerce_output_value=write, coerce_input_value=read, coerce_input_literal=_literal(read))
