"""Writes the audit log: a line is written in the transaction of what it tells of, or not at all.

The lowest of all slices: whoever changes something calls `note`, next to the change. Who reads the log, and how, is
known to the slice `admin`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import orjson
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.audit.model import OK, Action, Subject
from steelyard.domains.audit.tables import audit_lines
from steelyard.sql.failures import going_on

_NOBODY = Subject()
_SUBJECT = tuple(item.name for item in fields(Subject))
# Columns of bounded length: what a stranger may send is cut to them, for a refused sign-in must be told too.
_CUT = {column.name: length for column in audit_lines.c if (length := getattr(column.type, "length", None))}
# Items of a list that a line holds; the number of all of them is told beside.
_LISTED_MAX = 100


async def note(
    ctx: Context,
    conn: AsyncConnection,
    action: Action,
    subject: Subject = _NOBODY,
    *,
    code: int = OK,
    **detail: Any,
) -> None:
    """Write a line within the caller's transaction. Costs one insert; nothing where the log is switched off.

    `detail` is JSON, and must hold no secret: never a password, a key, a token or a link.
    """
    if not ctx.ports.policy.audit.collect:
        return
    values = {
        "at": ctx.ports.clock(),
        "action": action.value,
        "code": code,
        **_caller(ctx),
        **{name: getattr(subject, name) for name in _SUBJECT},
        "detail": orjson.dumps(detail).decode(),
    }
    await conn.execute(insert(audit_lines), [{name: _fitting(name, value) for name, value in values.items()}])


async def note_reading(ctx: Context, action: Action, subject: Subject = _NOBODY, **detail: Any) -> None:
    """Write that the caller has looked at something: a transaction of its own, once within ten minutes.

    After that it costs a look into a dict. Where the line cannot be written, reading goes on, and the server logs it.
    """
    if ctx.ports.policy.audit.reads and not (ctx.identity is not None and ctx.identity.kind == "system"):
        await note_seldom(ctx, action, subject, **detail)


async def note_seldom(ctx: Context, action: Action, subject: Subject = _NOBODY, **detail: Any) -> None:
    """Write a line as `note_reading` does, also where reading is not told of."""
    if not ctx.ports.policy.audit.collect:
        return
    known = _caller(ctx)
    if ctx.account is None:
        del known["client"]  # whoever has no account could name another program each time
    thing = (action, subject, repr(detail), *known.values())
    if not ctx.ports.looked.is_news(thing):
        return
    with going_on("the audit log could not tell what was done", action=action.value):
        async with ctx.database.write() as conn:
            await note(ctx, conn, action, subject, **detail)
        return
    ctx.ports.looked.forget(thing)


def _caller(ctx: Context) -> dict[str, Any]:
    identity = ctx.identity
    service = identity is not None and identity.kind == "service"
    named = ctx.headers.get("x-wandb-username") or ctx.headers.get("x-wandb-user-email") or ""
    return {
        "actor_id": (identity.user_id or None) if identity else None,
        "actor": identity.username if identity else "",
        "key_label": identity.key_label if identity else "",
        "acting_for": named if service else "",
        "address": ctx.address,
        "client": ctx.client,
    }


def _fitting(name: str, value: Any) -> Any:
    return value[: _CUT[name]] if name in _CUT and isinstance(value, str) else value


def listed(names: list[str]) -> dict[str, Any]:
    """Return the detail of a change of many: how many, and the first of them by name."""
    return {"count": len(names), "names": names[:_LISTED_MAX]}
