"""Lineage as a graph: which runs made and used a version, what those used and made, and so on.

A walk ends at about `NODES_MAX` nodes. Neighbours of one kind that are many stay together as a cluster, which says how
many there are and whose members are listed page by page. What the caller may not see shows as that alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, allows, require_reader
from steelyard.domains.artifacts import access as artifact_access
from steelyard.domains.artifacts import queries as artifact_queries
from steelyard.domains.artifacts.browse import walk_queries as queries
from steelyard.domains.artifacts.browse.walk_queries import ArtifactNode, Beside, RunNode, Share, Wanted
from steelyard.domains.artifacts.model import LineageRole, State
from steelyard.kernel.errors import NotFound

NODES_MAX = 200
DEPTH_MAX = 10
# From so many siblings of one kind on they are a cluster.
CLUSTERED = 5
# Versions of projects that the caller may not read, looked up one by one for links that they may read.
_LINKED_MAX = 100


class Kind(StrEnum):
    RUN = "run"
    ARTIFACT = "artifact"


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


class Ref(NamedTuple):
    """A run or a version by its number."""

    kind: Kind
    id: int


@dataclass(frozen=True)
class Node:
    """A run or version that the caller may see, with how many neighbours it has on either side in all."""

    ref: Ref
    item: RunNode | ArtifactNode
    up: int = 0
    down: int = 0


@dataclass(frozen=True)
class Edge:
    """From what came first to what came of it."""

    source: Ref
    target: Ref
    used_as: str | None = None


@dataclass(frozen=True)
class Cluster:
    """Neighbours of `of` that are not listed: many of one kind, or (`is_hidden`) not the caller's to see."""

    of: Ref
    direction: Direction
    kind: Kind
    type_name: str
    count: int
    is_hidden: bool = False


@dataclass
class Graph:
    start: Ref
    nodes_max: int
    nodes: dict[Ref, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    # the walk ended before its depth: it had shown as many nodes as it may
    is_cut: bool = False


async def walk(ctx: Context, start: Ref, up: int, down: int, nodes_max: int = NODES_MAX) -> Graph:
    """Return what lies within `up` steps before and `down` steps behind a run or version.

    It ends with the node that brings it to `nodes_max`. Raises `NotFound` when the caller may not see the start.
    """
    require_reader(ctx)
    graph = Graph(start, nodes_max)
    async with ctx.database.read() as conn:
        graph.nodes = await _load(ctx, conn, [start])
        if start not in graph.nodes:
            raise NotFound(f"{start.kind} not found")
        for direction, depth in ((Direction.UP, up), (Direction.DOWN, down)):
            frontier = [start]
            for _ in range(min(depth, DEPTH_MAX)):
                frontier = await _step(ctx, conn, graph, frontier, direction)
        await _count(conn, graph)
    return graph


async def _step(
    ctx: Context, conn: AsyncConnection, graph: Graph, frontier: Sequence[Ref], direction: Direction
) -> list[Ref]:
    """Add the neighbours of the frontier; return those that are new."""
    links: list[Edge] = []
    for ref in frontier:
        if len(graph.nodes) + len(links) >= graph.nodes_max:
            graph.is_cut = True
            break
        found, clusters = await _neighbours(ctx, conn, ref, direction)
        links += found
        graph.clusters += clusters
    others = [_far(link, direction) for link in links]
    fresh = await _load(ctx, conn, [ref for ref in dict.fromkeys(others) if ref not in graph.nodes])
    graph.nodes |= fresh
    known = {(edge.source, edge.target) for edge in graph.edges}
    graph.edges += [
        link
        for link, other in zip(links, others, strict=True)
        if other in graph.nodes and (link.source, link.target) not in known
    ]
    return list(fresh)


def _far(edge: Edge, direction: Direction) -> Ref:
    return edge.source if direction is Direction.UP else edge.target


def _edge(ref: Ref, other: Ref, direction: Direction, used_as: str | None) -> Edge:
    return Edge(other, ref, used_as) if direction is Direction.UP else Edge(ref, other, used_as)


def _beside(ref: Ref, direction: Direction) -> Beside:
    """Return which links lead there: a version comes of the runs that gave it out, a run of what it took in."""
    is_run = ref.kind is Kind.RUN
    role = LineageRole.INPUT if is_run is (direction is Direction.UP) else LineageRole.OUTPUT
    return Beside("run_id" if is_run else "artifact_id", ref.id, role)


async def _neighbours(
    ctx: Context, conn: AsyncConnection, ref: Ref, direction: Direction
) -> tuple[list[Edge], list[Cluster]]:
    beside = _beside(ref, direction)
    kind = Kind.RUN if beside.asks_runs else Kind.ARTIFACT
    shares = await queries.list_shares(conn, beside)
    seen, unseen = _split(ctx, shares)
    edges: list[Edge] = []
    clusters: list[Cluster] = []
    for type_name in dict.fromkeys(share.type_name for share in seen):
        ours = [share for share in seen if share.type_name == type_name]
        count = sum(share.count for share in ours)
        if count >= CLUSTERED:
            clusters.append(Cluster(ref, direction, kind, type_name, count))
            continue
        wanted = Wanted([share.project_id for share in ours], type_name)
        found = await queries.list_neighbours(conn, beside, wanted, 0, CLUSTERED)
        edges += [_edge(ref, Ref(kind, number), direction, used_as) for number, used_as in found]
    hidden = sum(share.count for share in unseen)
    if hidden and not beside.asks_runs:
        linked = await _linked(ctx, conn, beside, unseen)
        edges += [_edge(ref, Ref(kind, number), direction, used_as) for number, used_as in linked]
        hidden -= len(linked)
    if hidden:
        clusters.append(Cluster(ref, direction, kind, "", hidden, is_hidden=True))
    return edges, clusters


def _split(ctx: Context, shares: Iterable[Share]) -> tuple[list[Share], list[Share]]:
    seen: list[Share] = []
    unseen: list[Share] = []
    for share in shares:
        (seen if allows(ctx.identity, Permission.READ, share.target) else unseen).append(share)
    return seen, unseen


async def _linked(
    ctx: Context, conn: AsyncConnection, beside: Beside, unseen: Sequence[Share]
) -> list[tuple[int, str | None]]:
    """Return the versions of other people's projects that are linked to where the caller may read them."""
    found: list[tuple[int, str | None]] = []
    for share in unseen:
        wanted = Wanted([share.project_id], share.type_name)
        found += await queries.list_neighbours(conn, beside, wanted, 0, _LINKED_MAX)
    some = await artifact_queries.list_artifacts_by_id(conn, [number for number, _ in found[:_LINKED_MAX]])
    visible = {item.id for item in await artifact_access.visible(ctx, conn, some)}
    return [(number, used_as) for number, used_as in found if number in visible]


async def _load(ctx: Context, conn: AsyncConnection, refs: Sequence[Ref]) -> dict[Ref, Node]:
    """Return those of `refs` that the caller may see, in that order."""
    found: dict[Ref, Node] = {}
    run_ids = [ref.id for ref in refs if ref.kind is Kind.RUN]
    for run in await queries.list_runs(conn, run_ids) if run_ids else []:
        if allows(ctx.identity, Permission.READ, run.target):
            found[Ref(Kind.RUN, run.id)] = Node(Ref(Kind.RUN, run.id), run)
    artifact_ids = [ref.id for ref in refs if ref.kind is Kind.ARTIFACT]
    rest: list[ArtifactNode] = []
    for version in await queries.list_artifacts(conn, artifact_ids) if artifact_ids else []:
        if allows(ctx.identity, Permission.READ, version.target):
            found[Ref(Kind.ARTIFACT, version.id)] = Node(Ref(Kind.ARTIFACT, version.id), version)
        elif version.state is State.COMMITTED:
            rest.append(version)
    if rest:
        whole = await artifact_queries.list_artifacts_by_id(conn, [version.id for version in rest])
        visible = {item.id for item in await artifact_access.visible(ctx, conn, whole)}
        found |= {Ref(Kind.ARTIFACT, v.id): Node(Ref(Kind.ARTIFACT, v.id), v) for v in rest if v.id in visible}
    return {ref: found[ref] for ref in refs if ref in found}


async def _count(conn: AsyncConnection, graph: Graph) -> None:
    graph.nodes = {node.ref: node for node in await _counted(conn, list(graph.nodes.values()))}


async def _counted(conn: AsyncConnection, nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes with how many neighbours each has before and behind it."""
    counts: dict[tuple[Kind, int, LineageRole], int] = {}
    for kind, column in ((Kind.RUN, "run_id"), (Kind.ARTIFACT, "artifact_id")):
        ids = [node.ref.id for node in nodes if node.ref.kind is kind]
        if ids:
            of_kind = await queries.count_links(conn, column, ids)
            counts |= {(kind, number, role): count for (number, role), count in of_kind.items()}

    def count(ref: Ref, direction: Direction) -> int:
        return counts.get((*ref, _beside(ref, direction).role), 0)

    return [replace(node, up=count(node.ref, Direction.UP), down=count(node.ref, Direction.DOWN)) for node in nodes]


# ---- clusters -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A part of a cluster: the neighbours of `of` on one side, of one type, whose names have the words."""

    of: Ref
    direction: Direction
    type_name: str
    words: Sequence[str]
    offset: int
    limit: int


@dataclass(frozen=True)
class Members:
    total: int
    nodes: list[Node]


async def list_members(ctx: Context, asked: Asked) -> Members:
    """Return a page of a cluster, the newest links first. Raises `NotFound` when the caller may not see its node."""
    require_reader(ctx)
    async with ctx.database.read() as conn:
        if asked.of not in await _load(ctx, conn, [asked.of]):
            raise NotFound(f"{asked.of.kind} not found")
        beside = _beside(asked.of, asked.direction)
        kind = Kind.RUN if beside.asks_runs else Kind.ARTIFACT
        seen, _ = _split(ctx, await queries.list_shares(conn, beside))
        wanted = Wanted(list({share.project_id for share in seen}), asked.type_name, asked.words)
        found = await queries.list_neighbours(conn, beside, wanted, asked.offset, asked.limit)
        nodes = await _load(ctx, conn, [Ref(kind, number) for number, _ in found])
        total = await queries.count_neighbours(conn, beside, wanted)
        return Members(total, await _counted(conn, list(nodes.values())))
