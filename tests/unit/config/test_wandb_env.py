"""The names of W&B Server: honoured, without effect, or not needed, and each told of in one line."""

from pathlib import Path

import pytest

from steelyard.config.sources import Loaded, load
from steelyard.config.wandb_env import ACCEPTED, IGNORED, NOT_YET
from steelyard.kernel.errors import Invalid


def told(env: dict[str, str]) -> list[str]:
    return [str(note) for note in load({}, env).notes]


def value(loaded: Loaded, path: str) -> object:
    return next(item.value for item in loaded.origins if item.path == path)


def test_the_environment_of_a_production_container_starts_in_silence_but_for_the_licence() -> None:
    env = {
        "HOST": "https://wandb.example.org",
        "BUCKET": "s3://AK:SK@s3.example.org/bucket",
        "BUCKET_QUEUE": "internal://",
        "AWS_REGION": "us-east-1",
        "MYSQL": "mysql://u:p@h/db",
        "LICENSE": "eyJhbGciOi",
    }
    assert told(env) == ["LICENSE: accepted and not used: no licence is needed"]


@pytest.mark.parametrize(
    ("name", "value_", "says"),
    [
        ("GORILLA_LICENSE", "x", "no licence is needed"),
        ("GORILLA_CUSTOMER_SECRET_STORE_SOURCE", "k8s-secretmanager://wandb-secret", "in the database, encrypted"),
        ("GORILLA_CUSTOMER_SECRET_STORE_K8S_CONFIG_NAMESPACE", "wandb", "in the database, encrypted"),
        ("LICENSE_FILE", "/run/secrets/licence", "no licence is needed"),
        ("REDIS", "redis://r:6379", "no Redis is needed"),
        ("GORILLA_TASK_QUEUE", "redis://r:6379", "no Redis is needed"),
        ("BUCKET_QUEUE", "sqs://queue", "without a queue"),
        ("WF_CLICKHOUSE_HOST", "ch", "one process"),
        ("GORILLA_GLUE_LIMIT", "5", "one process"),
        ("GORILLA_EMAIL_SINK", "https://api.wandb.ai/email/dispatch", "SMTP only"),
        ("GORILLA_ANALYTICS_SINK", "noop://", "nothing is reported"),
        ("GORILLA_NEVER_HEARD_OF", "1", "unknown here"),
    ],
)
def test_what_is_not_needed_is_told_of_once_and_quietly(name: str, value_: str, says: str) -> None:
    (note,) = load({}, {name: value_}).notes
    assert note.names == (name,)
    assert says in note.text
    assert not note.is_warning


def test_what_has_no_effect_yet_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left of that kind now; the next one is told of like this."""
    name, says = "GORILLA_TO_COME", "what is to come"
    monkeypatch.setitem(NOT_YET, name, says)
    (note,) = load({}, {name: "true"}).notes
    assert "no effect yet" in note.text
    assert says in note.text
    assert note.is_warning
    assert load({}, {name: "false"}).notes == ()


def test_names_with_one_reason_share_a_line() -> None:
    (line,) = told({"GORILLA_CACHE": "redis://x", "GORILLA_LOCKER": "redis://x"})
    assert line.startswith("GORILLA_CACHE, GORILLA_LOCKER: ")


def test_secrets_are_never_told() -> None:
    open_paths = {item.path for item in load({}, {}).origins if not item.secret}
    for name in [*ACCEPTED, *NOT_YET, *IGNORED, "GORILLA_UNKNOWN", "STEELYARD_UNKNOWN", "LDAP_BIND_PW"]:
        try:
            said = "".join(told({name: "hunter2"}))
        except Invalid as error:
            said = error.message if ACCEPTED[name] not in open_paths else ""
        assert "hunter2" not in said, name


def test_no_name_is_in_two_tables() -> None:
    assert not set(ACCEPTED) & set(NOT_YET)
    assert not set(ACCEPTED) & set(IGNORED)
    assert not set(NOT_YET) & set(IGNORED)


def test_names_that_lead_to_one_setting_should_agree() -> None:
    same = {"MYSQL": "mysql://u:p@h/a", "GORILLA_METADATA_STORE": "mysql://u:p@h/a"}
    assert told(same) == []
    (note,) = load({}, same | {"GORILLA_RUN_STORE": "mysql://u:p@h/runs"}).notes
    assert note.is_warning
    assert note.text == "they differ; MYSQL counts"
    assert set(note.names) == {"MYSQL", "GORILLA_METADATA_STORE", "GORILLA_RUN_STORE"}


def test_the_form_with_a_prefix_goes_before_the_bare_one_and_ours_before_both() -> None:
    env = {"SESSION_LENGTH": "10", "GORILLA_SESSION_LENGTH": "20h"}
    assert value(load({}, env), "accounts.session_hours") == 20
    assert value(load({}, env | {"STEELYARD_ACCOUNTS_SESSION_HOURS": "30"}), "accounts.session_hours") == 30


@pytest.mark.parametrize(
    ("name", "text", "path", "found"),
    [
        ("SESSION_LENGTH", "720", "accounts.session_hours", 720),
        ("SESSION_LENGTH", "720h", "accounts.session_hours", 720),
        ("GORILLA_SESSION_LENGTH", "90m", "accounts.session_hours", 2),
        ("GORILLA_SESSION_LENGTH", "48", "accounts.session_hours", 48),
        ("GORILLA_DATA_RETENTION_PERIOD", "24h", "runs.trash_days", 1),
        ("GORILLA_DATA_RETENTION_PERIOD", "36h30m", "runs.trash_days", 2),
        ("GORILLA_DATA_RETENTION_PERIOD", "", "runs.trash_days", 0),
        ("BUCKET_PROXY", "True", "objects.proxied", True),
        ("GORILLA_ARTIFACT_GC_ENABLED", "0", "gc.enabled", False),
        ("SMTP_PORT", "", "mail.port", 587),
        ("LOCAL_LDAP_ADDRESS", "ldaps://ldap.example.org", "ldap.address", "ldaps://ldap.example.org"),
        ("LDAP_BIND_DN", "cn=reader,dc=example,dc=org", "ldap.bind_dn", "cn=reader,dc=example,dc=org"),
        ("LOCAL_LDAP_TLS_ENABLE", "true", "ldap.tls_enable", True),
        ("LDAP_LOGIN", "True", "ldap.login", True),
        ("GORILLA_LDAP_GROUP_SYNC", "true", "ldap.group_sync", True),
        ("STEELYARD_AUTO_MIGRATE", "false", "database.auto_migrate", False),
        ("STEELYARD_TRUSTED_PROXIES", "10.0.0.0/8", "server.trusted_proxies", "10.0.0.0/8"),
    ],
)
def test_values_are_read_as_the_other_server_reads_them(name: str, text: str, path: str, found: object) -> None:
    assert value(load({}, {name: text}), path) == found


def test_the_static_key_is_told_of_by_name_and_never_by_value() -> None:
    key, allowed = "local-" + "k" * 40, "GORILLA_INSECURE_ALLOW_API_KEY_ADMIN_ACCESS"
    (idle,) = load({}, {"GLOBAL_ADMIN_API_KEY": key}).notes
    (in_force,) = load({}, {"GLOBAL_ADMIN_API_KEY": key, allowed: "true"}).notes
    assert idle.is_warning and "no effect" in idle.text and in_force.is_warning and "in force" in in_force.text
    assert load({}, {allowed: "true"}).notes == ()
    with pytest.raises(Invalid, match="GLOBAL_ADMIN_API_KEY: it must be 40") as refused:
        load({}, {"GLOBAL_ADMIN_API_KEY": "local-tooshort"})
    assert "tooshort" not in refused.value.message


def test_the_static_key_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 40 + "\n")
    found = load({}, {"GLOBAL_ADMIN_API_KEY_FILE": str(tmp_path / "key")}).settings.accounts
    assert found.global_admin_key == "k" * 40


def test_rates_hold_only_where_a_limiter_is_set() -> None:
    rate = {"GORILLA_DEFAULT_RATE_LIMITS_FILESTREAM_COUNT": "500"}
    assert load({}, rate).settings.limits.project_requests == 0
    assert load({}, rate | {"GORILLA_LIMITER": "noop://"}).settings.limits.project_requests == 0
    assert load({}, rate | {"GORILLA_LIMITER": "redis://r:6379"}).settings.limits.project_requests == 500


@pytest.mark.parametrize(("window", "seconds"), [("90", 90), ("1m30s", 90), ("250ms", 1)])
def test_rates_of_runs_and_artifacts_are_read(window: str, seconds: int) -> None:
    names = {"RUN_UPDATE_COUNT": "80", "CREATE_ARTIFACTS": "7", "CREATE_ARTIFACTS_TIME_WINDOW": window}
    env = {f"GORILLA_DEFAULT_RATE_LIMITS_{name}": text for name, text in names.items()}
    found = load({}, env | {"GORILLA_LIMITER": "redis://r:6379"}).settings.limits
    assert (found.project_run_changes, found.project_artifacts, found.project_artifacts_window_s) == (80, 7, seconds)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("HOST", "https://example.org/wandb", "HOST cannot be"),
        ("MYSQL", "mysql://u:hunter2@h", "MYSQL: the URL names no database"),
        ("MYSQL", "cloudsql://u:hunter2@h/db", "MYSQL: cloudsql:// is not supported"),
        ("BUCKET", "gs://bucket", "BUCKET: Google Cloud Storage"),
        ("GORILLA_STORAGE_BUCKET", "azure://a/b", "GORILLA_STORAGE_BUCKET: .*Azure"),
        ("SESSION_LENGTH", "a month", "SESSION_LENGTH: it must be a duration"),
        ("GORILLA_DATA_RETENTION_PERIOD", "30", "GORILLA_DATA_RETENTION_PERIOD: it must be a duration with its unit"),
        ("GORILLA_MYSQL_MAX_OPEN_CONNS", "many", "GORILLA_MYSQL_MAX_OPEN_CONNS must be a whole number"),
    ],
)
def test_wrong_values_are_refused_by_name(name: str, text: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        load({}, {name: text})
    assert "hunter2" not in refused.value.message


def test_a_misspelt_setting_of_ours_is_noticed() -> None:
    (note,) = load({}, {"STEELYARD_SEVER_PORT": "80"}).notes
    assert str(note) == "STEELYARD_SEVER_PORT: no such setting; is STEELYARD_SERVER_PORT meant?"
    assert note.is_warning
    assert load({}, {"STEELYARD_SERVER_PORT_FILE": "/dev/null"} | {"STEELYARD_SERVER_PORT": "80"}).notes == ()


@pytest.mark.parametrize(
    ("env", "path", "value"),
    [
        ({"GORILLA_OIDC_ISSUER": "https://idp", "OIDC_ISSUER": "https://other"}, "sso.issuer", "https://idp"),
        ({"AUTH0_DOMAIN": "me.auth0.com"}, "sso.issuer", "https://me.auth0.com/"),
        ({"AUTH0_CLIENT_ID": "x"}, "sso.client_id", "x"),
        ({"GORILLA_OIDC_SECRET": "s"}, "sso.client_secret", "s"),
        ({"OIDC_SECRET": "s"}, "sso.client_secret", "s"),
        ({"OIDC_CLIENT_SECRET": "s"}, "sso.client_secret", "s"),
        ({"GORILLA_AUTH_METHOD": "implicit"}, "sso.method", "implicit"),
        ({}, "sso.method", "pkce"),
        ({"GORILLA_OIDC_CUSTOM_SCOPES": "groups,offline_access"}, "sso.scopes", "groups,offline_access"),
        ({"GORILLA_ENABLE_SSO_GROUP_CLAIMS": "true"}, "sso.group_claims", True),
        ({"GORILLA_USE_IDENTIFIER_CLAIMS": "True"}, "sso.identifier_claims", True),
        ({"GORILLA_DISABLE_SSO_PROVISIONING": "1"}, "sso.no_provisioning", True),
    ],
    ids=range(12),
)
def test_single_sign_on_is_set_by_every_name(env: dict[str, str], path: str, value: object) -> None:
    loaded = load({}, env)
    assert {item.path: item.value for item in loaded.origins}[path] == value
    assert not [note for note in loaded.notes if note.is_warning and "differ" not in note.text]


def test_a_secret_store_that_keeps_nothing_switches_secrets_of_teams_off() -> None:
    name = "GORILLA_CUSTOMER_SECRET_STORE_SOURCE"
    assert load({}, {name: "noop://"}).settings.accounts.no_team_secrets
    assert not load({}, {name: "aws-secretmanager"}).settings.accounts.no_team_secrets
    assert told({name: "noop://"}) == []
