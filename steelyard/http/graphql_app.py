"""`POST /graphql`: the endpoint, and the assembly of all slices' schemas and resolvers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Iterable
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType, execute
from starlette.requests import Request
from starlette.responses import Response

from steelyard.context import Context
from steelyard.domains import modules_named
from steelyard.domains.accounts import access
from steelyard.graphql.binding import ObjectBinding, bind_schema
from steelyard.graphql.errors import format_errors, status_of
from steelyard.graphql.executor import TextsExecutor
from steelyard.graphql.lenient import strip_unknown_keys
from steelyard.graphql.scalars import bind_scalars
from steelyard.graphql.schema import build_schema
from steelyard.graphql.unsupported import UNSUPPORTED
from steelyard.graphql.validation import DocumentCache
from steelyard.http.callers import Callers
from steelyard.http.errors import slow_down
from steelyard.kernel.errors import RETRY_AFTER_S, Malformed, TooMany
from steelyard.kernel.limiter import Charge
from steelyard.rest.bodies import read_body
from steelyard.telemetry.traces import TRACES

# `wandb verify` sends 10 MB on purpose (docs/protocol/verify.md, large payloads); a whole config may be as large.
BODY_MAX_BYTES = 64 << 20
# Of the name of an operation, in a trace.
_NAME_MAX = 100


def assemble_schema() -> GraphQLSchema:
    """Join the SDL of all slices with their resolvers. Raises `AssertionError` when the two do not fit."""
    schema = build_schema()
    bind_scalars(schema)
    bind_schema(schema, all_bindings(), UNSUPPORTED)
    return schema


def all_bindings() -> Iterable[ObjectBinding]:
    for module in modules_named("resolvers"):
        yield from module.BINDINGS


class GraphQLEndpoint:
    """Answers one document per request."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._schema = assemble_schema()
        self._documents = DocumentCache(self._schema)

    async def answer(self, request: Request) -> Response:
        ctx = await self._callers.of_api(request)
        charges = [Charge("user_query_seconds", _asker(ctx), 0)]
        if ctx.account is not None:  # who has none has been charged by their address
            charges.append(Charge("user_requests", _asker(ctx), 1))
        ctx.ports.limiter.charge(charges)
        payload = _payload(await read_body(request, BODY_MAX_BYTES))
        prepared = self._documents.prepare(payload["query"])
        if prepared.document is None:
            return _answer({"errors": format_errors(prepared.errors, ctx.request_id)}, 200)
        operation = _operation(prepared.document, payload.get("operationName"))
        if operation.operation is OperationType.MUTATION:
            access.require_changes(ctx)
        kind, name = operation.operation.value, operation.name.value[:_NAME_MAX] if operation.name else ""
        with TRACES.span(f"{kind} {name}".rstrip(), **{"graphql.operation.type": kind, "graphql.operation.name": name}):
            return await self._timed(
                ctx, self._execute(ctx, prepared.document, operation, payload.get("variables") or {})
            )

    async def _timed(self, ctx: Context, work: Awaitable[Response]) -> Response:
        """Have the time of a query count among those of who asks."""
        began_s = time.perf_counter()
        try:
            return await work
        finally:
            ctx.ports.limiter.spend(Charge("user_query_seconds", _asker(ctx), time.perf_counter() - began_s))

    async def _execute(
        self, ctx: Context, document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]
    ) -> Response:
        outcome: Any = execute(
            self._schema,
            document,
            context_value=ctx,
            variable_values=strip_unknown_keys(self._schema, operation, variables),
            operation_name=operation.name.value if operation.name else None,
            executor_class=TextsExecutor,
        )
        if hasattr(outcome, "__await__"):
            outcome = await outcome
        errors: list[GraphQLError] = outcome.errors or []
        body: dict[str, Any] = {}
        if outcome.data is not None:
            body["data"] = outcome.data
        if errors:
            body["errors"] = format_errors(errors, ctx.request_id)
        status = status_of(errors, is_mutation=operation.operation is OperationType.MUTATION)
        return _answer(body, status, _pace(errors) if status == TooMany.status else {})


def _asker(ctx: Context) -> int | str:
    """Return whose time a query takes."""
    return ctx.account.user_id if ctx.account is not None else ctx.address


def _payload(body: bytes) -> dict[str, Any]:
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"the body is not JSON: {error}") from error
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        raise Malformed('the body must be {"query": "…", "variables": {…}}')
    if not isinstance(payload.get("variables") or {}, dict):
        raise Malformed("variables must be an object")
    return payload


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the named operation, or the first when the name is absent, empty or unknown.

    Clients send `""` for documents written in Python (docs/protocol/README.md, surfaces).
    """
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if not operations:
        raise Malformed("the document holds no operation")
    return next((node for node in operations if node.name and node.name.value == name), operations[0])


def _pace(errors: list[GraphQLError]) -> dict[str, str]:
    waits = [item.original_error.retry_after_s for item in errors if isinstance(item.original_error, TooMany)]
    return slow_down(max(waits, default=RETRY_AFTER_S))


def _answer(body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response:
    content = orjson.dumps(body, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS)
    return Response(content, status_code=status, headers=headers, media_type="application/json")
