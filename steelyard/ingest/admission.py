"""Who may stream into which run: the key and the address of a request, answered from memory for a few seconds."""

from __future__ import annotations

from urllib.parse import unquote

from steelyard.context import Context, Ports
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.accounts.identities import Authenticator
from steelyard.domains.runs import queries
from steelyard.domains.runs.model import RunRef
from steelyard.kernel.errors import Gone, NotFound
from steelyard.kernel.remembered import Remembered

# A changed right or a moved run is noticed within this time. A deleted run is noticed at once, by the journal.
REMEMBERED_S = 5.0
# Runs remembered at most; each is under 1 KB.
REMEMBERED_MAX = 8192

_PREFIX = b"/files/"
_SUFFIX = b"/file_stream"
Address = tuple[str, str, str]


def find_address(raw_path: bytes) -> Address | None:
    """Return entity, project and run id that a file_stream path names, None for another path.

    Segments are percent-encoded, also with `%2F` (docs/protocol/ingest.md, file_stream).
    """
    if not raw_path.startswith(_PREFIX) or not raw_path.endswith(_SUFFIX):
        return None
    segments = raw_path[len(_PREFIX) : -len(_SUFFIX)].split(b"/")
    if len(segments) != 3 or not all(segments):
        return None
    entity, project, run_id = (unquote(segment.decode("latin-1"), errors="replace") for segment in segments)
    return entity, project, run_id


class Admission:
    """Knows recent keys (through the authenticator) and recent runs."""

    def __init__(self, ports: Ports, authenticator: Authenticator) -> None:
        self._ports = ports
        self._authenticator = authenticator
        self._runs = Remembered(self._load, REMEMBERED_S, REMEMBERED_MAX)

    async def admit(self, authorization: str, peer: str, address: Address) -> tuple[RunRef, int]:
        """Return the run that the caller may add to, and the caller's account. `peer` is where the request comes from.

        Raises `Unauthenticated`, `NotFound` (also for what the caller may not see), `Denied`, `Gone` for a deleted run.
        """
        identity = await self._authenticator.by_header(authorization, peer)
        run = await self._runs.get(address)
        if not access.allows(identity, Permission.READ, run.target):
            raise _not_found(address)
        account = access.require(Context(self._ports, identity), Permission.APPEND, run.target).user_id
        if run.deleted:
            raise Gone(f"run {run.run_id} was deleted; start again under a new run id")
        return run, account

    async def _load(self, address: Address) -> RunRef:
        run = await self._ports.database.read_at_once(lambda conn: queries.find_run_ref(conn, *address))
        if run is None:
            raise _not_found(address)
        return run


def _not_found(address: Address) -> NotFound:
    return NotFound(f"run {'/'.join(address)} not found")
