"""Which names people and clients may give, and how they compare."""

from __future__ import annotations

import re

from steelyard.kernel.errors import Invalid

# First segments of our own routes and of links that clients print; an entity of such a name could not be reached.
# fmt: off
RESERVED = frozenset((
    "graphql", "files", "artifacts", "artifactsv2", "oidc", "authorize", "login", "signup", "setup",
    "settings", "orgs", "healthz", "ready", "static", "assets", "api", "app", "admin", "home", "registry",
    "site", "docs", "storage", "bucket", "share", "search", "profile", "invite", "forgot-password",
    "alerts", "create-team", "create-project", "users", "teams", "compat", "metrics", "favicon.ico", "robots.txt",
))
# fmt: on
_ENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
PROJECT_MAX = 128
# Projects of such names are registries: their collections link to versions of other projects.
REGISTRY_PREFIX = "wandb-registry-"
OLD_REGISTRY = "model-registry"
RUN_ID_MAX = 128
_PROJECT_FORBIDDEN = re.compile(r"[/\\#?%:\r\n\x00]")
_RUN_ID_FORBIDDEN = re.compile(r"[:;,#?/'\x00]")


def fold(name: str) -> str:
    """Return the form under which names are compared for uniqueness: `Alice` and `alice` are one entity."""
    return name.casefold()


def check_entity_name(name: str, what: str = "name") -> str:
    """Return `name`. Raises `Invalid` unless it is 1 to 64 of letters, digits, `_`, `-`, `.` and no route of ours."""
    if not _ENTITY.fullmatch(name):
        raise Invalid(f"the {what} must be 1 to 64 letters, digits, '_', '-' or '.', beginning with a letter or digit")
    if fold(name) in RESERVED:
        raise Invalid(f"the {what} {name!r} is reserved; choose another")
    return name


def is_registry(project: str) -> bool:
    """Tell projects that are registries by their names (docs/protocol/artifacts.md, registries)."""
    return project == OLD_REGISTRY or project.startswith(REGISTRY_PREFIX)


def check_project_name(name: str) -> str:
    """Return `name`. Raises `Invalid`; the rule is the client's own (docs/protocol/README.md, project names)."""
    if not name.strip() or len(name) > PROJECT_MAX or _PROJECT_FORBIDDEN.search(name):
        raise Invalid("a project name must be 1 to 128 characters without any of / \\ # ? % :")
    return name


def check_run_id(run_id: str) -> str:
    """Return `run_id`. Raises `Invalid`; the rule is the client's own, plus a length of at most 128."""
    if not run_id or run_id != run_id.strip() or len(run_id) > RUN_ID_MAX or _RUN_ID_FORBIDDEN.search(run_id):
        raise Invalid("a run id must be 1 to 128 characters without blanks at its ends or any of : ; , # ? / '")
    return run_id
