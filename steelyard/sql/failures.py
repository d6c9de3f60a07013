"""Which failures of storage callers are told of: those that pass by themselves, which are answered with 503, and those
that are in the question.

Clients repeat what is answered with 503 for days (docs/protocol/README.md, error conventions): nothing is lost by it.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from steelyard.kernel.errors import Invalid, SteelyardError, Unavailable
from steelyard.sql.dialect import is_full, is_passing, is_too_long

log = structlog.get_logger()
# No room on the device, none in the quota; a file larger than the process may write.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# More open files than the process, or the system, may have.
_NO_HANDLES = {errno.EMFILE, errno.ENFILE}


def as_told(error: BaseException | None) -> SteelyardError | None:
    """Return what to tell the caller when `error` is a passing fault of database or disk, or lies in what was asked.

    None for any other error.
    """
    if isinstance(error, Unavailable):
        return error
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, PoolTimeoutError):
        return Unavailable("the database is busy; the request may be repeated")
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return Unavailable("the disk of the server is full; the request may be repeated")
    if isinstance(error, OSError) and error.errno in _NO_HANDLES:
        return Unavailable("the server is busy; the request may be repeated")
    return None


@contextmanager
def going_on(failed: str, **facts: str) -> Iterator[None]:
    """Let work fail that the answer does not need, of passing faults alone; the log says what `failed`, and why."""
    try:
        yield
    except Exception as error:
        told = as_told(error)
        if not isinstance(told, Unavailable):
            raise
        log.warning(failed, reason=told.message, **facts)


def _of_database(error: DBAPIError) -> SteelyardError | None:
    if is_too_long(error):
        return Invalid("the text to search for is too long")
    if is_full(error):
        return Unavailable("the disk of the database is full; the request may be repeated")
    if error.connection_invalidated or is_passing(error):
        return Unavailable("the database is busy or restarting; the request may be repeated")
    return None
