"""Users, groups and roles as SCIM has them (RFC 7643), with what W&B Server adds, and how bodies become them and are
made of them. Loaded with the first request: nothing else of the server needs these libraries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import Field, ValidationError
from scim2_models import (
    ComplexAttribute,
    Context,
    Error,
    ExtensibleStringEnum,
    Mutability,
    PatchOp,
    Reference,
    Required,
    Resource,
    ResponseParameters,
    SCIMException,
    ScimPolicy,
    Uniqueness,
)
from scim2_models.urn import URN

from steelyard.domains.scim.refusals import Refused

# What nobody here keeps is passed over, for providers send more than they are asked for; and two habits of Entra's are
# taken as they are meant.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


class Email(ComplexAttribute):
    value: str | None = None
    display: Annotated[str | None, Mutability.read_only] = None
    type: str | None = None
    primary: bool | None = None


class ServerRole(ExtensibleStringEnum):
    admin = "admin"
    member = "member"


class PlaceRole(ExtensibleStringEnum):
    admin = "admin"
    member = "member"
    viewer = "viewer"


class TeamRole(ComplexAttribute):
    team_name: str | None = None
    role_name: PlaceRole | None = None


class User(Resource[Any]):
    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    display_name: str | None = None
    active: bool | None = None
    emails: list[Email] | None = None
    organization_role: ServerRole | None = None
    team_roles: list[TeamRole] | None = None
    days_active: Annotated[int | None, Mutability.read_only] = None
    last_active_at: Annotated[datetime | None, Mutability.read_only] = None


class Member(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable] = None
    ref: Annotated[Reference[User] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = None
    display: Annotated[str | None, Mutability.read_only] = None


class StorageBucket(ComplexAttribute):
    """Where a team keeps its content; what is not named here of W&B Server's is passed over."""

    name: Annotated[str | None, Mutability.write_only] = None
    provider: Annotated[str | None, Mutability.write_only] = None
    path: Annotated[str | None, Mutability.write_only] = None
    kms_key_id: Annotated[str | None, Mutability.write_only] = None


class Group(Resource[Any]):
    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true, Mutability.immutable, Uniqueness.server] = None
    members: list[Member] | None = None
    # chosen when the team is made
    storage_bucket: Annotated[StorageBucket | None, Mutability.write_only] = None


class Permission(ComplexAttribute):
    name: str | None = None
    is_inherited: Annotated[bool | None, Mutability.read_only] = None


class Role(Resource[Any]):
    __schema__ = URN("urn:steelyard:params:scim:schemas:Role")

    name: Annotated[str | None, Required.true, Uniqueness.server] = None
    description: str | None = None
    inherited_from: str | None = None
    permissions: list[Permission] | None = None
    organization_id: Annotated[str | None, Mutability.immutable] = Field(
        None, serialization_alias="organizationID", validation_alias="organizationID"
    )


Ours = User | Group | Role
AnyOfOurs = TypeVar("AnyOfOurs", User, Group, Role)


def read(model: type[AnyOfOurs], body: Mapping[str, Any], context: Context, before: AnyOfOurs | None) -> AnyOfOurs:
    """Return a body as a resource; `before` is what it replaces. Raises `Refused`."""
    try:
        found = model.model_validate(body, scim_ctx=context, scim_policy=POLICY)
        if before is not None:
            found.replace(before)
    except (ValidationError, SCIMException) as error:
        raise refused(error) from error
    return found


def patched(model: type[AnyOfOurs], before: AnyOfOurs, body: Mapping[str, Any]) -> AnyOfOurs:
    """Return a changed copy of a resource. Raises `Refused`, and then nothing of the body counts."""
    after = before.model_copy(deep=True)
    try:
        operations = PatchOp[model].model_validate(  # type: ignore[valid-type]
            body, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=POLICY
        )
        operations.patch(after, scim_policy=POLICY)
    except (ValidationError, SCIMException) as error:
        raise refused(error) from error
    return after


def refused(error: ValidationError | SCIMException) -> Refused:
    told = error.to_error() if isinstance(error, SCIMException) else Error.from_validation_error(error.errors()[0])
    return Refused(str(told.detail or "the request cannot be read"), int(told.status or 400), told.scim_type)


def version_of(resource: Ours) -> str:
    """Return the weak ETag of a resource, which changes with whatever can be changed of it."""
    shown = resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    shown.pop("meta", None)
    return f'W/"{hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()[:20]}"'


def parameters_of(model: type[Ours], query: Mapping[str, str]) -> ResponseParameters[Any] | None:
    """Return which attributes are asked for, None for those of every answer. Raises `Refused`."""
    given = {name: query[name] for name in ("attributes", "excludedAttributes") if query.get(name)}
    if not given:
        return None
    try:
        found: ResponseParameters[Any] = ResponseParameters[model].model_validate(given)  # type: ignore[valid-type]
    except (ValidationError, SCIMException) as error:
        raise refused(error) from error
    return found


def shown(resource: Ours, wanted: ResponseParameters[Any] | None, *, strict: bool) -> dict[str, Any]:
    """Return a resource as it is sent: as RFC 7643 has it, or with the peculiar parts of W&B Server's."""
    body = resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=wanted)
    return body if strict else _as_theirs(resource, body)


def _as_theirs(resource: Ours, body: dict[str, Any]) -> dict[str, Any]:
    """Write resources as W&B Server does: addresses and members in capitals, one address an object, no members null."""
    if emails := body.get("emails"):
        one = emails[0]
        body["emails"] = {
            "Value": one.get("value", ""),
            "Display": one.get("display", ""),
            "Type": one.get("type", ""),
            "Primary": one.get("primary", False),
        }
    if isinstance(resource, Group):
        found = body.get("members")
        body["members"] = [
            {"Value": item["value"], "Ref": "", "Type": item.get("type", ""), "Display": item.get("display", "")}
            for item in found or []
        ] or None
    if isinstance(resource, Role):
        # which names no schema for them
        body |= {"schemas": [], "inheritedFrom": resource.inherited_from, "permissions": body.get("permissions", [])}
        body |= {"description": resource.description or ""}
    return body
