"""What a failed document answers: GraphQL errors, and the HTTP status that clients act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError

from steelyard.kernel.errors import NotSupported, SteelyardError, Unauthenticated, Unavailable
from steelyard.sql.failures import as_told

log = structlog.get_logger()

# Codes of what is our own fault, and so stands in the log with its trace.
_OURS = {"internal", Unavailable.code}


def format_errors(errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """Return the `errors` of an answer. Faults of ours are logged whole and shown only by request id."""
    return [_format(error, request_id) for error in errors]


def _format(error: GraphQLError, request_id: str) -> dict[str, Any]:
    cause = error.original_error
    told = _told(cause)
    out: dict[str, Any] = {"message": error.message, "path": error.path, "extensions": {}}
    if told is not None:
        out["message"] = told.message
        out["extensions"] = {"code": told.code}
    elif cause is not None and not isinstance(cause, GraphQLError):
        out["message"] = f"internal error (request {request_id})"
        out["extensions"] = {"code": "internal"}
    if out["extensions"].get("code") in _OURS:
        log.error("graphql field failed", path=error.path, request_id=request_id, exc_info=cause)
    return out


def _told(cause: Exception | None) -> SteelyardError | None:
    """Return the failure that callers are told of, None where it is no business of theirs."""
    return cause if isinstance(cause, SteelyardError) else as_told(cause)


def status_of(errors: Sequence[GraphQLError], *, is_mutation: bool) -> int:
    """Return the HTTP status: clients act on that of a failed mutation; a failed query is 200 with its errors.

    A fault of ours is a 500, a passing one of database or object store a 503, for queries as well: clients retry both.
    What is not built yet is a 200, which they do not.
    """
    status = 200
    for error in errors:
        cause = error.original_error
        if cause is None or isinstance(cause, GraphQLError | NotSupported):
            continue
        told = _told(cause)
        if told is None:
            return 500
        if is_mutation or isinstance(told, Unauthenticated | Unavailable):
            status = told.status
    return status
