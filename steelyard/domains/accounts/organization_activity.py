"""When the people of an organization were active, as its administrators see it."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.context import Context
from steelyard.domains.accounts import activity, organizations, queries
from steelyard.domains.accounts import activity_queries as days
from steelyard.domains.accounts.model import Activity, Membership
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.kernel.errors import Invalid, NotFound

# Of days that are kept for longer.
SHOWN_DAYS_MAX = 366


@dataclass(frozen=True)
class OrganizationActivity:
    """`people` are those who belong to it now; `active` says of each day how many of them were active."""

    people: list[tuple[Membership, Activity | None]]
    active: list[tuple[str, int]]


async def show_organization(ctx: Context, name: str, shown_days: int) -> OrganizationActivity:
    """Return the activity of an organization's people to its administrators.

    Raises `NotFound`, also where activity is not kept, `Denied`, `Invalid`.
    """
    if not 1 <= shown_days <= SHOWN_DAYS_MAX:
        raise Invalid(f"days must be a whole number from 1 to {SHOWN_DAYS_MAX}")
    now = ctx.ports.clock()
    asked = days.last_days(now, shown_days)
    async with ctx.database.read() as conn:
        owner = await organizations.load_administered(ctx, conn, name)
        members = await queries.list_organization_members(conn, owner.id)
        people = [item for item in members if item.user.kind == "human"]
        ids = [item.user.id for item in people]
        found = await activity.list_activity(ctx, conn, ids)
        if found is None:
            raise NotFound("this server does not keep when people were active")
        counts = await days.count_active(conn, ids, asked[0])
    await audit.note_reading(ctx, Action.USER_READ, **audit.listed([item.user.username for item in people]))
    return OrganizationActivity(
        [(item, found.get(item.user.id)) for item in people], [(day, counts.get(day, 0)) for day in asked]
    )
