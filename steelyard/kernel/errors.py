"""The kinds of failure a caller can act on.

Slices subclass them; mapping to HTTP and GraphQL happens once, at the border.

The client retries 5xx and 429 for days (docs/protocol/README.md, error conventions), so a permanent problem
must be one of the 4xx kinds here.
"""

from __future__ import annotations

# Short, for what passes passes soon, and clients back off by themselves from the second time on.
RETRY_AFTER_S = 2


class SteelyardError(Exception):
    """Base of every failure that we word ourselves. `status` is the HTTP status it maps to."""

    status = 400
    code = "bad_request"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(SteelyardError):
    """The input can never be accepted as it is."""

    status = 422
    code = "invalid"


class Malformed(SteelyardError):
    """The input could not be read at all."""

    status = 400
    code = "malformed"


class Unauthenticated(SteelyardError):
    """No account, or one that is not recognised."""

    status = 401
    code = "unauthenticated"


class Denied(SteelyardError):
    """The account may not do this."""

    status = 403
    code = "denied"


class NotFound(SteelyardError):
    """It is absent, or not the caller's to see."""

    status = 404
    code = "not_found"


class Conflict(SteelyardError):
    """It exists already, or somebody changed it meanwhile."""

    status = 409
    code = "conflict"


class Gone(SteelyardError):
    """It existed and was deleted for good."""

    status = 410
    code = "gone"


class LengthRequired(SteelyardError):
    """The size of the body must be told before it."""

    status = 411
    code = "length_required"


class TooLarge(SteelyardError):
    """The body exceeds a named limit."""

    status = 413
    code = "too_large"


class TooMany(SteelyardError):
    """The caller is asked to slow down; clients wait and retry."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, *, retry_after_s: int = RETRY_AFTER_S) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(SteelyardError):
    """A passing fault on our side; clients retry."""

    status = 503
    code = "unavailable"


class StillRunning(Unavailable):
    """What was asked for is being done and goes on; clients ask again and get its outcome."""

    code = "still_running"


class NotSupported(SteelyardError):
    """A known operation that this server does not have yet."""

    status = 501
    code = "not_supported"
