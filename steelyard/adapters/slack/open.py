"""Opens the Slack app that the settings name. What it needs is loaded only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.config.groups.telling import SlackSettings
from steelyard.kernel.errors import Invalid

if TYPE_CHECKING:
    from steelyard.adapters.slack.app import SlackApp


def open_slack(settings: SlackSettings) -> SlackApp | None:
    """Return the app that the settings name, None when they name none. Raises `Invalid` for half a setting."""
    if not settings.client_id and not settings.client_secret:
        return None
    if not settings.client_id or not settings.client_secret:
        missing = "SLACK_SECRET" if settings.client_id else "SLACK_CLIENT_ID"
        raise Invalid(f"messages to Slack need {missing} as well")
    from steelyard.adapters.slack.app import SlackApp

    return SlackApp(settings)
