"""What a failed document answers: GraphQL errors, and the HTTP status that clients act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError

from steelyard.kernel.errors import NotSupported, SteelyardError, Unauthenticated, Unavailable

log = structlog.get_logger()


def format_errors(errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """Return the `errors` of an answer. Faults of ours are logged whole and shown only by request id."""
    return [_format(error, request_id) for error in errors]


def _format(error: GraphQLError, request_id: str) -> dict[str, Any]:
    cause = error.original_error
    out: dict[str, Any] = {"message": error.message, "path": error.path, "extensions": {}}
    if isinstance(cause, SteelyardError):
        out["message"] = cause.message
        out["extensions"] = {"code": cause.code}
    elif cause is not None and not isinstance(cause, GraphQLError):
        log.error("graphql field failed", path=error.path, request_id=request_id, exc_info=cause)
        out["message"] = f"internal error (request {request_id})"
        out["extensions"] = {"code": "internal"}
    return out


def status_of(errors: Sequence[GraphQLError], *, is_mutation: bool) -> int:
    """Return the HTTP status: clients act on that of a failed mutation; a failed query is 200 with its errors.

    A fault of ours is a 500, which clients retry; what is not built yet is a 200, which they do not.
    """
    status = 200
    for error in errors:
        cause = error.original_error
        if cause is None or isinstance(cause, GraphQLError | NotSupported):
            continue
        if not isinstance(cause, SteelyardError):
            return 500
        if is_mutation or isinstance(cause, Unauthenticated | Unavailable):
            status = cause.status
    return status
