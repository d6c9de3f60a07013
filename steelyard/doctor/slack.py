"""Checks of the Slack app: Slack is reached, and knows the app by its secret. Nothing is posted."""

from __future__ import annotations

from steelyard.adapters.slack.open import open_slack
from steelyard.config.groups.telling import SlackSettings
from steelyard.doctor.findings import Finding, fail, info, ok
from steelyard.kernel.errors import SteelyardError

# What Slack says of a code that it has not given, once it knows the app.
_KNOWN = "invalid_code"


async def look_at_slack(settings: SlackSettings) -> Finding:
    try:
        app = open_slack(settings)
    except SteelyardError as error:
        return fail("slack.settings", error.message, "id and secret", "SLACK_CLIENT_ID and SLACK_SECRET, or neither")
    if app is None:
        return info("slack.app", "none is set: alerts do not go to Slack")
    try:
        said = await app.introduce()
    except SteelyardError as error:
        fix = "a way out to that address: a rule of the firewall, or HTTPS_PROXY; STEELYARD_SLACK_API_URL"
        return fail("slack.app", error.message, "a Slack that answers", fix)
    if said != _KNOWN:
        fix = "SLACK_CLIENT_ID and SLACK_SECRET as the page of the app shows them (Basic Information)"
        return fail("slack.app", f"Slack says: {said}", "an app that Slack knows", fix)
    return ok("slack.app", f"{settings.api_url} knows the app {settings.client_id}")
