"""The port of a directory (LDAP): tells whether a password is somebody's, and who they are."""

from __future__ import annotations

from typing import Protocol

from steelyard.kernel.errors import Denied, Unavailable
from steelyard.ports.sso import Person


class DirectoryDown(Unavailable):
    """The directory cannot be asked, so nothing is known of the password."""

    code = "directory_down"


class NotLetIn(Denied):
    """The password is right, and the person belongs to no group that may use this server."""

    code = "directory_not_let_in"


class Directory(Protocol):
    """One directory, as the settings name it."""

    # Names the directory in what accounts are bound to; stays when its address changes.
    issuer: str

    async def check(self, login: str, password: str) -> Person | None:
        """Return whose password it is, None where it is nobody's of that name.

        Raises `DirectoryDown` within some 30 seconds, and `NotLetIn`.
        """
        ...

    async def close(self) -> None: ...
