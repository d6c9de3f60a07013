"""What the audit log tells: actions, what they were done to, and lines of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

OK = 200


class Action(StrEnum):
    """What was done. The first part of each group is named as W&B Server names it (docs/operate/audit.md)."""

    ARTIFACT_CREATE = "artifact:create"
    ARTIFACT_DELETE = "artifact:delete"
    ARTIFACT_READ = "artifact:read"
    PROJECT_READ = "project:read"
    PROJECT_DELETE = "project:delete"
    REPORT_READ = "report:read"
    RUN_UPDATE = "run:update"
    RUN_UPDATE_MANY = "run:update_many"
    RUN_DELETE = "run:delete"
    RUN_DELETE_MANY = "run:delete_many"
    RUN_UNDELETE_MANY = "run:undelete_many"
    RUN_STOP = "run:stop"
    SWEEP_CREATE_AGENT = "sweep:create_agent"
    TEAM_CREATE = "team:create"
    TEAM_DELETE = "team:delete"
    TEAM_INVITE_USER = "team:invite_user"
    TEAM_UNINVITE = "team:uninvite"
    TEAM_CREATE_SERVICE_ACCOUNT = "team:create_service_account"
    ORGANIZATION_UPDATE_MEMBER = "organization:update_member"
    USER_CREATE = "user:create"
    USER_READ = "user:read"
    USER_UPDATE = "user:update"
    USER_DEACTIVATE = "user:deactivate"
    USER_REACTIVATE = "user:reactivate"
    USER_PERMANENTLY_DELETE = "user:permanently_delete"
    USER_INITIATE_LOGIN = "user:initiate_login"
    USER_LOGIN = "user:login"
    USER_LOGOUT = "user:logout"
    USER_CREATE_API_KEY = "user:create_api_key"
    USER_DELETE_API_KEY = "user:delete_api_key"

    # names of our own, for what those do not cover
    ARTIFACT_UPDATE = "artifact:update"
    ARTIFACT_DELETE_COLLECTION = "artifact:delete_collection"
    FILE_DELETE = "file:delete"
    PROJECT_CREATE = "project:create"
    PROJECT_UPDATE = "project:update"
    PROJECT_SET_MEMBER = "project:set_member"
    PROJECT_REMOVE_MEMBER = "project:remove_member"
    REPORT_DELETE = "report:delete"
    RUN_PURGE_MANY = "run:purge_many"
    TEAM_UPDATE = "team:update"
    TEAM_UPDATE_MEMBER = "team:update_member"
    TEAM_JOIN = "team:join"
    TEAM_SET_SECRET = "team:set_secret"  # noqa: S105 - the name of an action
    TEAM_DELETE_SECRET = "team:delete_secret"  # noqa: S105 - the name of an action
    TEAM_CONNECT_SLACK = "team:connect_slack"
    TEAM_DISCONNECT_SLACK = "team:disconnect_slack"
    ORGANIZATION_CREATE = "organization:create"
    ORGANIZATION_DELETE = "organization:delete"
    ORGANIZATION_CREATE_ROLE = "organization:create_role"
    ORGANIZATION_UPDATE_ROLE = "organization:update_role"
    ORGANIZATION_DELETE_ROLE = "organization:delete_role"
    ORGANIZATION_REMOVE_MEMBER = "organization:remove_member"
    USER_CHANGE_PASSWORD = "user:change_password"  # noqa: S105 - the name of an action
    USER_CONNECT_SLACK = "user:connect_slack"
    USER_DISCONNECT_SLACK = "user:disconnect_slack"
    USER_CREATE_LINK = "user:create_link"
    SERVER_ADD_ISSUER = "server:add_issuer"
    SERVER_REMOVE_ISSUER = "server:remove_issuer"
    SERVER_COLLECT_STORAGE = "server:collect_storage"
    SERVER_FORGET_PERSON = "server:forget_person"
    SERVER_SEND_MAIL_AGAIN = "server:send_mail_again"


@dataclass(frozen=True)
class Subject:
    """What an action was done to: names as of then, for the things may be gone when the log is read."""

    entity_id: int | None = None
    entity: str = ""
    project_id: int | None = None
    project: str = ""
    run: str = ""
    artifact_id: int | None = None
    artifact: str = ""
    digest: str = ""
    sequence_id: int | None = None
    report_id: int | None = None
    report: str = ""
    user_id: int | None = None
    user: str = ""
    # Of somebody who has no account yet; addresses of accounts are not copied into the log.
    email: str = ""


@dataclass(frozen=True)
class Line:
    """One line. The `emails` are those that the accounts have now, empty for who was forgotten."""

    id: int
    at: datetime
    action: str
    code: int
    actor_id: int | None
    actor: str
    actor_email: str
    # name and last characters of the API key; empty in a browser and at the command line
    key: str
    # whom a service account says that it works for
    acting_for: str
    address: str
    client: str
    subject: Subject
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """Which lines: of the time from `since` to before `until`, those of an actor, of an action; empty for all."""

    since: datetime
    until: datetime
    actor: str = ""
    action: str = ""
