"""Why a request of a provisioning client is refused, as SCIM words it (RFC 7644, 3.12)."""

from __future__ import annotations

from steelyard.kernel.errors import SteelyardError


class Refused(SteelyardError):
    """`kind` is one of the words of RFC 7644 where one fits, such as `invalidFilter`."""

    code = "scim_refused"

    def __init__(self, message: str, status: int = 400, kind: str | None = None) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind
