"""Environment names of W&B Server, so that a swapped image starts with its old environment.

Every name is honoured, has no effect yet because the server lacks what it sets, or is accepted and not needed. What is
not honoured is told of once, at the start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from steelyard.config.durations import days_of, hours_of, seconds_of
from steelyard.config.percent import decoded

# Name → path in our settings tree. Order matters: of two that name the same setting the first that is set wins.
# A name without `GORILLA_` is also taken with it, and then goes first.
ACCEPTED: dict[str, str] = {
    "HOST": "server.public_url",
    "GORILLA_FRONTEND_HOST": "server.public_url",
    "GORILLA_FILE_HOST": "server.public_url",
    "STEELYARD_TRUSTED_PROXIES": "server.trusted_proxies",
    "BANNERS": "server.banners",
    "MYSQL": "database.url",
    "GORILLA_METADATA_STORE": "database.url",
    "GORILLA_RUN_STORE": "database.url",
    "GORILLA_USAGE_STORE": "database.url",
    "GORILLA_ANALYTICS_SINK": "database.url",
    "GORILLA_FILE_STREAM_STORE_ADDRESS": "database.url",
    "MYSQL_HOST": "database.host",
    "MYSQL_PORT": "database.port",
    "MYSQL_USER": "database.username",
    "MYSQL_PASSWORD": "database.password",
    "MYSQL_DATABASE": "database.name",
    "MYSQL_CA_CERT_PATH": "database.ca",
    "GORILLA_MYSQL_MAX_OPEN_CONNS": "database.max_connections",
    "STEELYARD_AUTO_MIGRATE": "database.auto_migrate",
    "BUCKET": "objects.bucket",
    "GORILLA_FILE_STORE": "objects.bucket",
    "GORILLA_STORAGE_BUCKET": "objects.bucket",
    "GORILLA_SUPPORTED_FILE_STORES": "objects.team_buckets",
    "STEELYARD_S3_ENDPOINT": "objects.endpoint",
    "STEELYARD_S3_BUCKET": "objects.name",
    "AWS_REGION": "objects.region",
    "AZURE_STORAGE_KEY": "objects.storage_key",
    "AWS_S3_KMS_ID": "objects.kms_key_id",
    "BUCKET_ACCESS_IDENTITY": "objects.access_identity",
    "GORILLA_BUCKET_ATTRIBUTION_DISABLED": "objects.attribution_disabled",
    "BUCKET_PROXY": "objects.proxied",
    "GORILLA_FILE_STORE_IS_PROXIED": "objects.proxied",
    "GORILLA_GLUE_FILE_STORE_IS_PROXIED": "objects.proxied",
    "STEELYARD_ADMIN_USERNAME": "accounts.admin_username",
    "STEELYARD_ADMIN_EMAIL": "accounts.admin_email",
    "STEELYARD_ADMIN_PASSWORD": "accounts.admin_password",
    "GLOBAL_ADMIN_API_KEY": "accounts.global_admin_key",
    "GORILLA_INSECURE_ALLOW_API_KEY_ADMIN_ACCESS": "accounts.allow_global_admin_key",
    "SESSION_LENGTH": "accounts.session_hours",
    "LOCAL_RESTORE": "accounts.restore",
    "OIDC_ISSUER": "sso.issuer",
    "AUTH0_DOMAIN": "sso.issuer",
    "OIDC_CLIENT_ID": "sso.client_id",
    "AUTH0_CLIENT_ID": "sso.client_id",
    "OIDC_SECRET": "sso.client_secret",
    "OIDC_CLIENT_SECRET": "sso.client_secret",
    "OIDC_AUTH_METHOD": "sso.method",
    "GORILLA_AUTH_METHOD": "sso.method",
    "OIDC_CUSTOM_SCOPES": "sso.scopes",
    "GORILLA_ENABLE_SSO_GROUP_CLAIMS": "sso.group_claims",
    "GORILLA_USE_IDENTIFIER_CLAIMS": "sso.identifier_claims",
    "DISABLE_SSO_PROVISIONING": "sso.no_provisioning",
    **{
        f"{prefix}_{name}": f"ldap.{path}"
        for name, path in (
            ("ADDRESS", "address"),
            ("LOGIN", "login"),
            ("BASE_DN", "base_dn"),
            ("USER_BASE_DN", "user_base_dn"),
            ("GROUP_BASE_DN", "group_base_dn"),
            ("BIND_DN", "bind_dn"),
            ("BIND_PW", "bind_password"),
            ("ATTRIBUTES", "attributes"),
            ("USER_OBJECT_CLASS", "user_object_class"),
            ("GROUP_OBJECT_CLASS", "group_object_class"),
            ("GROUP_ALLOW_LIST", "group_allow_list"),
            ("TLS_ENABLE", "tls_enable"),
        )
        for prefix in ("LDAP", "LOCAL_LDAP")
    },
    "GORILLA_LDAP_GROUP_SYNC": "ldap.group_sync",
    "SKIP_AUDIENCE_VALIDATION": "federation.any_audience",
    "GORILLA_DATA_RETENTION_PERIOD": "runs.trash_days",
    "GORILLA_EMAIL_SINK": "mail.url",
    "GORILLA_EMAIL_FROM_ADDRESS": "mail.sender",
    "SMTP_HOST": "mail.host",
    "SMTP_PORT": "mail.port",
    "SMTP_USER": "mail.username",
    "SMTP_PASSWORD": "mail.password",
    "SLACK_CLIENT_ID": "slack.client_id",
    "SLACK_SECRET": "slack.client_secret",
    "GORILLA_DISABLE_PERSONAL_ENTITY": "accounts.no_personal_entities",
    "GORILLA_ALLOW_USER_TEAM_CREATION": "accounts.user_team_creation",
    "GORILLA_DISABLE_ADMIN_TEAM_ACCESS": "accounts.no_admin_team_access",
    "GORILLA_ALLOW_ANONYMOUS_PUBLIC_PROJECTS": "accounts.allow_anonymous_public_projects",
    "GORILLA_ACTIVITY_STORE_ENABLE": "accounts.activity",
    "GORILLA_DISABLE_CODE_SAVING": "accounts.no_code_saving",
    "GORILLA_CUSTOMER_SECRET_STORE_SOURCE": "accounts.no_team_secrets",
    "GORILLA_CORS_ORIGINS": "server.cors_origins",
    "GORILLA_COLLECT_AUDIT_LOGS": "audit.collect",
    "GORILLA_ARTIFACT_GC_ENABLED": "gc.enabled",
    "GORILLA_ARTIFACTS_GC_BATCH_SIZE": "gc.batch_rows",
    "GORILLA_ARTIFACTS_GC_DELETE_FILES_NUM_WORKERS": "gc.parallel_deletes",
    "LOGGING_ENABLED": "logs.access",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "traces.url",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "traces.url",
    "GORILLA_DEFAULT_RATE_LIMITS_FILESTREAM_COUNT": "limits.project_requests",
    "GORILLA_DEFAULT_RATE_LIMITS_FILESTREAM_SIZE": "limits.project_bytes",
    "GORILLA_DEFAULT_RATE_LIMITS_FILESTREAM_PER_RUN_COUNT": "limits.run_requests",
    "GORILLA_DEFAULT_RATE_LIMITS_SDK_GRAPHQL_QUERY_SECONDS": "limits.user_query_seconds",
    "GORILLA_DEFAULT_RATE_LIMITS_RUN_UPDATE_COUNT": "limits.project_run_changes",
    "GORILLA_DEFAULT_RATE_LIMITS_CREATE_ARTIFACTS": "limits.project_artifacts",
    "GORILLA_DEFAULT_RATE_LIMITS_CREATE_ARTIFACTS_TIME_WINDOW": "limits.project_artifacts_window_s",
}


def _auth0_issuer(domain: str) -> str:
    return f"https://{domain.strip()}/" if domain.strip() else ""


# Values that must be read otherwise than ours.
CONVERTED: dict[str, Callable[[str], str]] = {
    "MYSQL_PASSWORD": decoded,  # the chart of W&B Server keeps it percent-encoded
    "SESSION_LENGTH": hours_of,
    "GORILLA_SESSION_LENGTH": hours_of,
    "GORILLA_DATA_RETENTION_PERIOD": days_of,
    "GORILLA_DEFAULT_RATE_LIMITS_CREATE_ARTIFACTS_TIME_WINDOW": seconds_of,
    "GORILLA_CUSTOMER_SECRET_STORE_SOURCE": lambda _value: "true",
    "OTEL_EXPORTER_OTLP_ENDPOINT": lambda value: f"{value.rstrip('/')}/v1/traces" if value.strip() else "",
    "AUTH0_DOMAIN": _auth0_issuer,
    "GORILLA_AUTH0_DOMAIN": _auth0_issuer,
}

_SECRETS_INSIDE = "secrets of teams are kept in the database, encrypted"

# Names that others set too, or with which W&B Server means more than we: the form of a value that is meant for us, and
# what the others are.
MEANT: dict[str, tuple[str, str]] = {
    "HOST": (r".*://.*", "it is no address such as https://wandb.example.org, and taken for the name of the machine"),
    "GORILLA_RUN_STORE": (r"mysql.*", "runs are kept in the one database"),
    "GORILLA_USAGE_STORE": (r"mysql.*", "usage is not kept apart"),
    "GORILLA_ANALYTICS_SINK": (r"mysql.*", "nothing is reported to anybody"),
    "GORILLA_FILE_STREAM_STORE_ADDRESS": (r"mysql.*", "streams are kept in the one database"),
    "GORILLA_CUSTOMER_SECRET_STORE_SOURCE": (r"noop://.*", _SECRETS_INSIDE),
    "GORILLA_EMAIL_SINK": (r"smtps?://.*", "mail goes by SMTP only, not through a relay of W&B"),
    "MYSQL_PORT": (r"[0-9]+", "it is no port, and taken for a variable of Kubernetes"),
    "SMTP_PORT": (r"[0-9]+", "it is no port, and taken for a variable of Kubernetes"),
}

# Name → the capability that the server does not have yet. A setting that leaves it off is not worth a line.
NOT_YET: dict[str, str] = {}
NOT_YET_PREFIXES: dict[str, str] = {}

_NO_REDIS = "no Redis is needed"
_ONE_PROCESS = "one process does what this wires together"

# Name → why it is not needed.
IGNORED: dict[str, str] = {
    "LICENSE": "no licence is needed",
    "REDIS": _NO_REDIS,
    **dict.fromkeys(
        (
            f"GORILLA_{name}"
            for name in (
                "CACHE",
                "LOCKER",
                "SETTINGS_CACHE",
                "METADATA_CACHE",
                "AUDITOR_CACHE",
                "USAGE_METRICS_CACHE",
                "FILE_METADATA_SOURCE",
                "ACTIVITY_STORE_CACHE_ADDRESS",
                "TASK_QUEUE",
            )
        ),
        _NO_REDIS,
    ),
    "GORILLA_LIMITER": "each process limits rates by itself",
    "BUCKET_QUEUE": "uploads are noticed without a queue",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "traces are sent by http/protobuf, to port 4318 of most collectors",
    "NOTIFICATIONS_QUEUE": "no events are sent to a queue",
    "GORILLA_SESSION_KEY": "sessions are kept in the database",
    "GORILLA_ONPREM_API_KEY_PREFIX": "keys of every form that clients take are accepted",
    "LOCAL_USERNAME": "the first account is made by a one-time link",
    "WANDB_HELM_CHART": "it only marks how W&B Server was installed",
    "GORILLA_ARTIFACTS_GC_NUM_WORKERS": "one worker at a time collects content",
    **dict.fromkeys(
        ("GORILLA_CUSTOM_METRICS_PROVIDER", "GORILLA_DEFAULT_REGION"), "it only marks how W&B Server was installed"
    ),
    **dict.fromkeys(("ENABLE_REGISTRY_UI", "ENABLE_RBAC_UI"), "what there is, is always on"),
    **dict.fromkeys(
        ("DISABLE_TELEMETRY", "REACT_APP_ANALYTICS_DISABLED", "GORILLA_STATSIG_KEY"), "nothing is reported to anybody"
    ),
    **dict.fromkeys(("GORILLA_AUTH_JWK_URL", "GORILLA_INTERNAL_JWT_SUBJECTS_TO_ISSUERS"), _ONE_PROCESS),
    **dict.fromkeys(
        ("GORILLA_TSHIRT_SIZE", "GORILLA_ONPREM", "ONPREM", "OPERATOR_ENABLED", "GORILLA_HISTORY_STORE"), _ONE_PROCESS
    ),
    "GORILLA_ONPREM_HIDE_UPGRADE_BANNER": "there is no such banner",
    **dict.fromkeys(
        ("GORILLA_STATSD_HOST", "GORILLA_STATSD_PORT", "GORILLA_TRACER"), "metrics are read by Prometheus, not sent"
    ),
}
IGNORED_PREFIXES = {
    "INTERNAL_SIGNER_": _ONE_PROCESS,
    "LOCAL_K8S_SIGNER_": _ONE_PROCESS,
    "GORILLA_ACTIVITY_STORE_": _ONE_PROCESS,
    "GORILLA_RUN_UPDATE_": _ONE_PROCESS,
    "GORILLA_GLUE_": _ONE_PROCESS,
    "GORILLA_CUSTOMER_SECRET_STORE_": _SECRETS_INSIDE,
    "PARQUET_": _ONE_PROCESS,
    "WEAVE_": _ONE_PROCESS,
    "WF_CLICKHOUSE_": _ONE_PROCESS,
    "KAFKA_": _ONE_PROCESS,
    "SERVER_FLAG_": "what there is, is always on",
}

# Values of names in `IGNORED` that ask for just what there is.
FITTING = {"BUCKET_QUEUE": "internal://", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}

_RATES = "GORILLA_DEFAULT_RATE_LIMITS_"


def names_of(path: str) -> list[str]:
    """Return the names that set `path`, those that count first before the others."""
    found = []
    for name, target in ACCEPTED.items():
        if target == path:
            found += [name] if name.startswith(("GORILLA_", "STEELYARD_")) else [f"GORILLA_{name}", name]
    return found


def is_in_force(name: str, env: Mapping[str, str]) -> bool:
    """Tell whether the value counts: charts leave variables empty, and rates hold only where a limiter is set."""
    if not env[name].strip():
        return False
    return not name.startswith(_RATES) or env.get("GORILLA_LIMITER", "noop://") not in {"", "noop://"}
