"""Runs of a project put together by the values of one or several keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.projects.model import Project
from steelyard.domains.runs.index import arrange
from steelyard.domains.runs.index.keeping import current_index, off_loop
from steelyard.domains.runs.index.project_index import Need, ProjectIndex
from steelyard.domains.runs.keys import Key, read_key
from steelyard.domains.runs.listing import RunQuery, arranged, column_of, outside_values
from steelyard.kernel.errors import Invalid

# More than people group by; each key costs a sort.
KEYS_MAX = 10


@dataclass(frozen=True)
class Part:
    """Which groups are asked for, and how many runs of each are named."""

    offset: int
    limit: int
    runs: int


@dataclass(frozen=True)
class Group:
    """Runs that have the same `values` under the keys asked for; `ids` are the first of them."""

    values: list[Any]
    count: int
    ids: list[int]


@dataclass(frozen=True)
class Groups:
    """A part of the groups; `total` is the number of all, `matched` that of the runs in them."""

    total: int
    matched: int
    items: list[Group]


async def group_runs(ctx: Context, project: Project, query: RunQuery, keys: Sequence[str], part: Part) -> Groups:
    """Return groups in the order of their values, the first key first.

    Runs that lack a key, or have null or NaN there, are one group, named null and the last. In a group, runs are in the
    order of the query. Raises `Invalid` for keys that runs do not have.
    """
    access.require(ctx, Permission.READ, project.target)
    if not 0 < len(keys) <= KEYS_MAX:
        raise Invalid(f"runs can be grouped by one to {KEYS_MAX} keys")
    by = [read_key(key) for key in keys]
    needed = [*query.needed(), *((key, Need.OBJECTS) for key in by)]
    outside = await outside_values(ctx, project, needed)
    async with current_index(ctx, project.id, needed) as index:
        return await off_loop(index.size * 3, grouped, index, query, outside, by, part)


def grouped(index: ProjectIndex, query: RunQuery, outside: Mapping[str, Any], by: Sequence[Key], part: Part) -> Groups:
    columns = [column_of(index, key, outside) for key in by]
    slots = arranged(index, query, outside)
    grouping = arrange.grouped(slots, columns)
    end = part.offset + part.limit
    groups = []
    for start, count in zip(grouping.starts[part.offset : end], grouping.counts[part.offset : end], strict=True):
        members = grouping.members[start : start + count]
        values = [column.label(int(members[0])) for column in columns]
        groups.append(Group(values, int(count), index.ids[members[: part.runs]].tolist()))
    return Groups(len(grouping.counts), len(slots), groups)
