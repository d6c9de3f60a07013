"""GraphQL fields about the server itself (docs/protocol/compat.md, version info)."""

from __future__ import annotations

from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.model import Organization
from steelyard.domains.admin.features import list_features
from steelyard.graphql.binding import ObjectBinding

# Clients warn when they are newer than the maximum, and take old paths when it is low or absent.
_CLI_VERSIONS = {"min_cli_version": "0.12.0", "max_cli_version": "99.0.0"}
# The server release whose protocol we speak; plug-ins of clients compare with it.
_PROTOCOL_VERSION = "0.78.0"

query = ObjectBinding("Query")
organization_type = ObjectBinding("Organization")
upsert_payload = ObjectBinding("UpsertBucketPayload")
BINDINGS = [query, organization_type, upsert_payload]


@query.field("serverInfo")
def server_info(ctx: Context) -> dict[str, Any]:
    access.require_account(ctx)
    features = list_features(ctx.ports.policy.features_off)
    return {
        "cliVersionInfo": _CLI_VERSIONS,
        "latestLocalVersionInfo": {
            "outOfDate": False,
            "latestVersionString": _PROTOCOL_VERSION,
            "versionOnThisInstanceString": _PROTOCOL_VERSION,
        },
        "features": [{"name": feature.name, "isEnabled": feature.enabled} for feature in features],
    }


@organization_type.field("featureFlags")
def no_ramps(_organization: Organization, _ctx: Context, **_: Any) -> list[Any]:
    """No capability of this server is rolled out to some organizations only."""
    return []


@upsert_payload.field("serverSettings")
def server_settings(_payload: dict[str, Any], _ctx: Context) -> dict[str, Any]:
    """This server has nothing to say at the start of a run."""
    return {"serverMessages": []}
