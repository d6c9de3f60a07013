"""The public checker of SCIM servers, `scim2-tester`, at a running server."""

from collections.abc import Callable
from typing import Any

import httpx
from scim2_client import BaseSyncSCIMClient
from scim2_models import ResourceType, Schema, ScimPolicy, ScimProvider
from scim2_tester import Status, check_server

from tests.harness.server import Server

# Whoever takes one of these away gets what an account has without it.
HAVE_DEFAULTS = tuple(f"did not remove attribute '{name}'" for name in ("displayName", "active", "organizationRole"))


# The checker takes any word for the name of a team, of an organization, of a permission, of a bucket.
UNCHECKED = {"teamRoles", "organizationID", "inheritedFrom", "permissions", "storageBucket"}
KEPT = {"emails": ("value",), "members": ("value", "$ref")}


class Client(BaseSyncSCIMClient):
    """The checker's client, by the HTTP library that is there."""

    def __init__(self, http: httpx.Client) -> None:
        super().__init__()
        self.http = http

    def request(self, method: str, url: str, **options: Any) -> Any:
        return self.http.request(method, url.lstrip("/"), **options)

    def _parse_json(self, response: Any) -> Any:
        return told_by_value(response.json())

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return "://" not in endpoint or endpoint.startswith(str(self.http.base_url))


def described(http: httpx.Client) -> ScimProvider:
    """What the server says of itself, but for what is unchecked."""
    schemas = http.get("Schemas").json()["Resources"]
    for schema in schemas:
        schema["attributes"] = [_by_value(item) for item in schema["attributes"] if item["name"] not in UNCHECKED]
    types = http.get("ResourceTypes").json()["Resources"]
    return ScimProvider.from_discovery(
        [Schema.model_validate(item) for item in schemas],
        [ResourceType.model_validate(item) for item in types],
        policy=ScimPolicy(unknown=ScimPolicy.Unknown.ignore),
    )


def _by_value(attribute: dict[str, Any]) -> dict[str, Any]:
    kept = KEPT.get(attribute["name"])
    if kept is None:
        return attribute
    return attribute | {"subAttributes": [part for part in attribute["subAttributes"] if part["name"] in kept]}


def told_by_value(body: Any) -> Any:
    """An answer with addresses and members by their value alone: a person has one address, which is the primary one
    of work whatever a client calls it, and members are users.
    """
    if isinstance(body, list):
        return [told_by_value(item) for item in body]
    if not isinstance(body, dict):
        return body
    return {
        key: [{part: item[part] for part in KEPT[key] if part in item} for item in value]
        if key in KEPT
        else told_by_value(value)
        for key, value in body.items()
        if key not in UNCHECKED
    }


def test_the_checker_finds_no_fault(start_server: Callable[..., Server]) -> None:
    server = start_server(STEELYARD_SCIM_STRICT="true")
    admin = server.create_user("root", "--admin")
    server.run_command("org", "create", "acme", "--admin", admin.name)
    headers = {"Authorization": f"Bearer {admin.api_key}"}
    with httpx.Client(base_url=f"{server.url}/scim/", headers=headers, trust_env=False) as http:
        client = Client(http)
        client.provider = described(http)
        results = check_server(client)
    faults = [
        result
        for result in results
        if result.status in {Status.ERROR, Status.CRITICAL} and not (result.reason or "").endswith(HAVE_DEFAULTS)
    ]
    assert not faults, "\n".join(f"{item.resource_type} {item.title}: {item.reason}" for item in faults)
    assert len([result for result in results if result.status is Status.SUCCESS]) > 40
