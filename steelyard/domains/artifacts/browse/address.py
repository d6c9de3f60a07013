"""What the addresses of artifact pages name: collections, versions, places in a list, nodes of lineage."""

from __future__ import annotations

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.artifacts.browse import collections, versions
from steelyard.domains.artifacts.browse.walk import Kind, Ref
from steelyard.domains.artifacts.model import Artifact, Collection
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.kernel.ids import find_global_id

_PARTS = ("entity", "project", "type", "collection", "version")
_COUNT_DIGITS = 12


async def asked_collection(ctx: Context, request: Request) -> Collection:
    path = request.path_params
    return await collections.find_collection(ctx, path["entity"], path["project"], path["type"], path["collection"])


async def asked_other(ctx: Context, request: Request) -> Artifact:
    """Return the version that `with` names: `v3`, `type/collection/v3` or `entity/project/type/collection/v3`.

    What it leaves out is as in the path.
    """
    parts = (request.query_params.get("with") or "").split("/")
    if len(parts) not in {1, 3, 5} or not all(parts):
        raise Invalid("with must name a version: v3, type/collection/v3 or entity/project/type/collection/v3")
    *place, version = [request.path_params[name] for name in _PARTS[: -len(parts)]] + parts
    return await versions.load_readable(ctx, await collections.find_collection(ctx, *place), version)


def asked_count(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name) or str(default)
    if not text.isdecimal() or len(text) > _COUNT_DIGITS:
        raise Invalid(f"{name} must be a whole number from 0 on")
    return min(int(text), most)


def asked_key(request: Request) -> bytes:
    """Return the key that `from` goes on from; without it a list begins at its beginning."""
    try:
        return bytes.fromhex(request.query_params.get("from") or "")
    except ValueError:
        raise Invalid("from must be what an earlier answer gave as next") from None


def asked_ref(request: Request) -> Ref:
    """Return the run or version whose global id stands in the path."""
    text = request.path_params["node"]
    for kind, type_name in ((Kind.RUN, "Run"), (Kind.ARTIFACT, "Artifact")):
        number = find_global_id(type_name, text)
        if number is not None:
            return Ref(kind, number)
    raise NotFound("there is no such run or artifact")
