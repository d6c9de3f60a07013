"""What the server tells of itself to provisioning clients (RFC 7643, 5 to 7)."""

from __future__ import annotations

from typing import Any

from scim2_models import (
    URI,
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    ETag,
    Filter,
    Meta,
    Patch,
    Reference,
    Resource,
    ResourceType,
    ServiceProviderConfig,
    Sort,
)

from steelyard.domains.scim.pages import PAGE_MAX
from steelyard.domains.scim.resources import Group, Role, User

_SCHEMES = [
    AuthenticationScheme(
        type=AuthenticationScheme.Type.oauthbearertoken,
        name="API key",
        description="an administrator's API key as a bearer token",
        primary=True,
    ),
    AuthenticationScheme(
        type=AuthenticationScheme.Type.httpbasic,
        name="API key as a password",
        description="any user name, and an administrator's API key as the password",
    ),
]


def config(origin: str) -> dict[str, Any]:
    found = ServiceProviderConfig(
        documentation_uri=None,
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=PAGE_MAX),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        authentication_schemes=_SCHEMES,
        meta=Meta(resource_type="ServiceProviderConfig", location=f"{origin}/scim/ServiceProviderConfig"),
    )
    return _dump(found)


def resource_types(origin: str) -> list[dict[str, Any]]:
    kinds = ((User, "/Users"), (Group, "/Groups"), (Role, "/Roles"))
    return [_dump(_resource_type(origin, model, endpoint)) for model, endpoint in kinds]


def _resource_type(origin: str, model: type[Resource[Any]], endpoint: str) -> ResourceType:
    found = ResourceType.from_resource(model)
    found.endpoint = Reference[URI](endpoint)
    found.meta = Meta(resource_type="ResourceType", location=f"{origin}/scim/ResourceTypes/{found.id}")
    return found


def schemas(origin: str) -> list[dict[str, Any]]:
    found = []
    for model in (User, Group, Role):
        schema = model.to_schema()
        schema.meta = Meta(resource_type="Schema", location=f"{origin}/scim/Schemas/{schema.id}")
        found.append(_dump(schema))
    return found


_CATALOGUES = {"ResourceTypes": resource_types, "Schemas": schemas}


def catalogue(kind: str, origin: str) -> list[dict[str, Any]]:
    return _CATALOGUES[kind](origin)


def _dump(found: Resource[Any]) -> dict[str, Any]:
    return found.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
