"""Statements of branches and archives, one function each. They never commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import entities
from steelyard.domains.history import tables as t
from steelyard.domains.history.branches.model import Archive, Branch
from steelyard.domains.history.model import Segment, SegmentState, Stream
from steelyard.domains.projects.tables import projects
from steelyard.domains.runs.tables import runs
from steelyard.sql.dialect import insert_row

_segments = t.history_segments.c
# A stream that nobody may write to any more begins beyond every line.
NEVER = 1 << 62


async def lock_live(conn: AsyncConnection, run: int) -> set[int]:
    """Return the live segments of the run's history, held against everybody until the transaction ends."""
    statement = select(_segments.id).where(
        _segments.run == run, _segments.stream == int(Stream.HISTORY), _segments.state == int(SegmentState.LIVE)
    )
    return set((await conn.execute(statement.order_by(_segments.id).with_for_update())).scalars())


async def are_live(conn: AsyncConnection, ids: Sequence[int]) -> bool:
    """Tell whether all of these segments are live; they stay so until the transaction ends."""
    statement = select(_segments.id).where(_segments.id.in_(ids), _segments.state == int(SegmentState.LIVE))
    return len((await conn.execute(statement.order_by(_segments.id).with_for_update())).all()) == len(ids)


async def has_journal(conn: AsyncConnection, run: int) -> bool:
    """Tell whether the journal holds anything of the run's history."""
    chunks = t.history_chunks.c
    statement = select(chunks.id).where(chunks.run == run, chunks.stream == int(Stream.HISTORY)).limit(1)
    return (await conn.execute(statement)).first() is not None


_SAME = ("stream", "object_key", "journal_id", "size_bytes", "step_min", "same_steps", "directory")
# What is kept of a segment may differ in these.
_SAME_WHEN_WHOLE = ("row_count", "value_count", "step_max", "coverage", "cut_step")


async def share_whole(conn: AsyncConnection, ids: Sequence[int], run: int, now: datetime) -> None:
    """Make the objects of these segments part of the history of `run` as well."""
    if ids:
        await _share(conn, ids, _SAME + _SAME_WHEN_WHOLE, _owned(run, now) | {"sealed": True, "shared": True})


async def share_cut(conn: AsyncConnection, kept: Segment, run: int, now: datetime) -> None:
    """Make what is kept of this segment part of the history of `run` as well."""
    await _share(conn, [kept.id], _SAME, _owned(run, now) | _cut(kept) | {"sealed": True, "shared": True})


async def cut_own(conn: AsyncConnection, kept: Segment, run: int, now: datetime) -> None:
    """Make what is kept of this segment part of its own history again, to be merged with what follows.

    One that was shared with another run stays so.
    """
    same = (*_SAME, "shared")
    statement = _sharing([kept.id], same, _owned(run, now) | _cut(kept), {"sealed": _segments.shared})
    await conn.execute(statement)


def _owned(run: int, now: datetime) -> dict[str, Any]:
    return {"run": run, "state": int(SegmentState.LIVE), "created_at": now}


def _cut(kept: Segment) -> dict[str, Any]:
    return {
        "row_count": kept.row_count,
        "value_count": kept.value_count,
        "step_max": kept.step_max,
        "coverage": kept.coverage.encode(),
        "cut_step": kept.cut_step,
    }


async def _share(conn: AsyncConnection, ids: Sequence[int], same: Sequence[str], other: dict[str, Any]) -> None:
    await conn.execute(_sharing(ids, same, other, {}))


def _sharing(ids: Sequence[int], same: Sequence[str], other: dict[str, Any], more: dict[str, Any]) -> Any:
    values = {name: literal(value, _segments[name].type) for name, value in other.items()} | more
    names = [*same, *values]
    copied = select(*(_segments[name] for name in same), *values.values()).where(_segments.id.in_(ids))
    return insert(t.history_segments).from_select(names, copied.order_by(_segments.id))


async def archive_segments(conn: AsyncConnection, ids: Sequence[int], archive: int) -> None:
    """Take live segments out of their stream and into the archive."""
    statement = update(t.history_segments).where(_segments.id.in_(ids), _segments.state == int(SegmentState.LIVE))
    done = await conn.execute(statement.values(state=int(SegmentState.ARCHIVED), archive=archive))
    assert done.rowcount == len(ids), "they are locked"


async def insert_archive(conn: AsyncConnection, run: int, **values: Any) -> int:
    return await insert_row(conn, t.run_archives, run=run, **values)


async def list_archives(conn: AsyncConnection, run: int) -> list[Archive]:
    """Return the archives of a run, the oldest first."""
    columns = (t.run_archives.c[name] for name in Archive.__dataclass_fields__)
    rows = await conn.execute(select(*columns).where(t.run_archives.c.run == run).order_by(t.run_archives.c.id))
    return [Archive(*row) for row in rows]


async def list_archived_ids(conn: AsyncConnection, run: int, archive: int) -> list[int]:
    """Return the segments of an archive."""
    statement = select(_segments.id).where(
        _segments.run == run,
        _segments.stream == int(Stream.HISTORY),
        _segments.state == int(SegmentState.ARCHIVED),
        _segments.archive == archive,
    )
    return list((await conn.execute(statement.order_by(_segments.id))).scalars())


async def insert_branch(conn: AsyncConnection, run: int, parent: int, **values: Any) -> None:
    await conn.execute(insert(t.run_branches).values(run=run, parent=parent, **values))


async def find_branch(conn: AsyncConnection, run: int) -> Branch | None:
    """Return where a run was forked from; place and title of the parent are None once it is deleted."""
    parent = runs.alias("parent")
    statement = (
        select(
            t.run_branches.c.parent_run_id,
            t.run_branches.c.step,
            entities.c.name.label("entity"),
            projects.c.name.label("project"),
            parent.c.title,
        )
        .join(parent, (parent.c.id == t.run_branches.c.parent) & parent.c.deleted_at.is_(None), isouter=True)
        .join(projects, projects.c.id == parent.c.project_id, isouter=True)
        .join(entities, entities.c.id == projects.c.entity_id, isouter=True)
        .where(t.run_branches.c.run == run)
    )
    row = (await conn.execute(statement)).first()
    return Branch(*row) if row else None


async def find_parent_id(conn: AsyncConnection, run: int) -> int | None:
    branches = t.run_branches.c
    found: int | None = (await conn.execute(select(branches.parent).where(branches.run == run))).scalar()
    return found


async def begin_at(conn: AsyncConnection, run: int, line: int, rewound_to: int | None = None) -> None:
    """Let the history of a run that has none of its own go on at this line."""
    zeros = dict.fromkeys(("last_first_line", "last_line_count", "last_checksum"), 0)
    values = {"run": run, "writer": "", "stream": int(Stream.HISTORY), "next_line": line, "rewound_to": rewound_to}
    await conn.execute(insert(t.stream_positions).values(**values, **zeros))


async def go_back_to(conn: AsyncConnection, run: int, line: int) -> None:
    """Let the history go on at this line, by a writer without a name; writers with names are refused from now on."""
    positions = t.stream_positions.c
    mine = update(t.stream_positions).where(positions.run == run, positions.stream == int(Stream.HISTORY))
    await conn.execute(mine.where(positions.writer != "").values(next_line=0, rewound_to=NEVER))
    own = mine.where(positions.writer == "").values(next_line=line, rewound_to=line)
    if not (await conn.execute(own)).rowcount:
        await begin_at(conn, run, line, rewound_to=line)


async def forget_derived(conn: AsyncConnection, run: int) -> None:
    """Drop what aggregates of the summary were made of: after a rewind they begin anew."""
    await conn.execute(delete(t.derived_summaries).where(t.derived_summaries.c.run == run))
