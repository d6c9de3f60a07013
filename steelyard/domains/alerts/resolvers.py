"""The GraphQL fields of alerts: by which programs send them (docs/protocol/ingest.md, stop, alerts, preemption), and
the channels that those of an entity go to."""

from __future__ import annotations

from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts.model import Entity
from steelyard.domains.alerts import service, slack
from steelyard.domains.alerts.model import NewAlert, Severity, SlackConnection
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, slice_page

mutation = ObjectBinding("Mutation")
entity_type = ObjectBinding("Entity")
slack_type = ObjectBinding("SlackIntegration", model=SlackConnection)
BINDINGS = [mutation, entity_type, slack_type]


@mutation.field("notifyScriptableRunAlert")
async def send_alert(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    """Answer success for an alert that was held back too: the program has done its part."""
    severity = Severity(input.get("severity") or Severity.INFO)
    wait_s = (input.get("waitDuration") or 0) / 1000
    alert = NewAlert(input["title"], input["text"], severity, wait_s)
    await service.send_alert(ctx, input["entityName"], input["projectName"], input["runName"], alert)
    return {"success": True}


@entity_type.field("integrations")
async def entity_integrations(
    entity: Entity, ctx: Context, first: int | None = None, after: str | None = None
) -> Connection:
    return slice_page(await slack.list_connections(ctx, entity), first, after)


@slack_type.field("teamName")
def team_name(connection: SlackConnection, _ctx: Context) -> str:
    return connection.workspace


@slack_type.field("channelName")
def channel_name(connection: SlackConnection, _ctx: Context) -> str:
    return connection.channel
