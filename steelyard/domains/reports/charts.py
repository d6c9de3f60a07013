"""Use cases of custom charts: definitions that an entity owns and panels name as `entity/name`."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission, Target, Thing, Visibility
from steelyard.domains.projects import service as projects
from steelyard.domains.reports import queries, rules
from steelyard.domains.reports.model import CustomChart
from steelyard.domains.reports.tables import custom_charts
from steelyard.kernel.errors import Conflict, Denied
from steelyard.sql.dialect import insert_ignore

_TYPE_MAX = 32


@dataclass(frozen=True)
class ChartSpec:
    name: str
    title: str
    type: str
    access: str
    spec: str


async def create_chart(ctx: Context, entity: str, given: ChartSpec) -> CustomChart:
    """Store a chart definition; the same one sent again is that one.

    Raises `NotFound` for an unknown entity, `Denied`, `Invalid`, and `Conflict` when the name has another definition.
    """
    async with ctx.database.write() as conn:
        owner = await projects.load_owner(ctx, conn, entity)
        if not access.allows(ctx.identity, Permission.WRITE, Target(owner.id, thing=Thing.REPORT)):
            raise Denied("permission denied")
        values = {
            "entity_id": owner.id,
            "name": rules.check_chart_name(given.name),
            "title": rules.check_words(given.title, rules.TITLE_MAX, "title"),
            "type": rules.check_words(given.type, _TYPE_MAX, "type of the chart"),
            "public": rules.is_public_chart(given.access),
            "spec": rules.check_spec(given.spec),
        }
        author = access.require_account(ctx).user_id or None
        inserted = await insert_ignore(
            conn, custom_charts, values | {"created_by": author, "created_at": ctx.ports.clock()}
        )
        chart = await queries.find_chart(conn, owner.name, given.name)
    assert chart is not None, "it was just written"
    if not inserted and any(getattr(chart, name) != value for name, value in values.items()):
        raise Conflict(f"there is another chart {chart.id}; choose another name")
    return chart


async def find_chart(ctx: Context, entity: str, name: str) -> CustomChart | None:
    """Return the chart, None when it is absent or not the caller's to see."""
    identity = access.require_reader(ctx)
    async with ctx.database.read() as conn:
        chart = await queries.find_chart(conn, entity, name)
    if chart is None:
        return None
    visibility = Visibility.PUBLIC if chart.public else Visibility.PRIVATE
    target = Target(chart.entity_id, visibility, thing=Thing.REPORT)
    return chart if access.allows(identity, Permission.READ, target) else None
