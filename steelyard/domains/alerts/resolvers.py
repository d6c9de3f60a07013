"""The GraphQL field by which programs send alerts (docs/protocol/ingest.md, stop, alerts, preemption)."""

from __future__ import annotations

from typing import Any

from steelyard.context import Context
from steelyard.domains.alerts import service
from steelyard.domains.alerts.model import NewAlert, Severity
from steelyard.graphql.binding import ObjectBinding

mutation = ObjectBinding("Mutation")
BINDINGS = [mutation]


@mutation.field("notifyScriptableRunAlert")
async def send_alert(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    """Answer success for an alert that was held back too: the program has done its part."""
    severity = Severity(input.get("severity") or Severity.INFO)
    wait_s = (input.get("waitDuration") or 0) / 1000
    alert = NewAlert(input["title"], input["text"], severity, wait_s)
    await service.send_alert(ctx, input["entityName"], input["projectName"], input["runName"], alert)
    return {"success": True}
