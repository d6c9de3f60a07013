"""Who may stream into which run: the key and the address of a request, answered from memory for a few seconds."""

from __future__ import annotations

import time
from collections import OrderedDict
from urllib.parse import unquote

from steelyard.context import Context, Ports
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.accounts.credentials import Authenticator
from steelyard.domains.runs import queries
from steelyard.domains.runs.model import RunRef
from steelyard.kernel.errors import Gone, NotFound

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
        self._known: OrderedDict[Address, tuple[float, RunRef]] = OrderedDict()

    async def admit(self, authorization: str, address: Address) -> RunRef:
        """Return the run that the caller may write to.

        Raises `Unauthenticated`, `NotFound` (also for what the caller may not see), `Denied`, `Gone` for a deleted run.
        """
        identity = await self._authenticator.by_header(authorization)
        run = await self._run(address)
        if run is None or not access.allows(identity, Permission.READ, run.target):
            raise NotFound(f"run {'/'.join(address)} not found")
        access.require(Context(self._ports, identity), Permission.WRITE, run.target)
        if run.deleted:
            raise Gone(f"run {run.run_id} was deleted; start again under a new run id")
        return run

    async def _run(self, address: Address) -> RunRef | None:
        now = time.monotonic()
        known = self._known.get(address)
        if known and known[0] > now:
            return known[1]
        async with self._ports.database.read() as conn:
            run = await queries.find_run_ref(conn, *address)
        self._known.pop(address, None)
        if run is not None:
            self._known[address] = (now + REMEMBERED_S, run)
            while len(self._known) > REMEMBERED_MAX:
                self._known.popitem(last=False)
        return run
