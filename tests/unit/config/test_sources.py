"""Where the value of a setting comes from, and what a wrong one is answered."""

from pathlib import Path

import pytest

from steelyard.config.sources import Loaded, Origin, load, variable_name
from steelyard.config.wandb_env import ACCEPTED
from steelyard.kernel.errors import Invalid

PORT = "STEELYARD_SERVER_PORT"
URL = "STEELYARD_DATABASE_URL"


def origin(loaded: Loaded, path: str) -> Origin:
    return next(item for item in loaded.origins if item.path == path)


def test_without_anything_every_setting_has_its_default() -> None:
    loaded = load({}, {})
    assert {item.source for item in loaded.origins} == {"default"}
    assert loaded.settings.server.port == 8080
    assert loaded.settings.data_dir == Path("data")


def test_a_flag_goes_before_a_variable_and_a_variable_before_the_default() -> None:
    assert load({}, {PORT: "9000"}).settings.server.port == 9000
    loaded = load({"server.port": 9001}, {PORT: "9000"})
    assert (loaded.settings.server.port, origin(loaded, "server.port").source) == (9001, "flag")
    assert load({"server.port": None}, {PORT: "9000"}).settings.server.port == 9000, "a flag that was not given"


def test_our_own_variable_goes_before_the_name_of_the_other_server() -> None:
    env = {"MYSQL": "mysql://theirs/a", URL: "mysql://ours/b"}
    assert load({}, env).settings.database.url == "mysql://ours/b"
    loaded = load({}, {"MYSQL": "mysql://theirs/a"})
    assert (loaded.settings.database.url, origin(loaded, "database.url").source) == ("mysql://theirs/a", "MYSQL")


@pytest.mark.parametrize(("first", "second"), [("MYSQL", "GORILLA_METADATA_STORE"), ("BUCKET", "GORILLA_FILE_STORE")])
def test_of_two_accepted_names_the_first_listed_counts(first: str, second: str) -> None:
    values = {"MYSQL": "mysql://u:p@h/{}", "BUCKET": "s3://{}"}[first]
    found = load({}, {second: values.format("second"), first: values.format("first")})
    assert origin(found, ACCEPTED[first]).value == values.format("first")


def test_a_host_that_shells_and_build_tools_set_is_not_taken_for_ours() -> None:
    for name in ("builder", "x86_64-conda-linux-gnu", "0.0.0.0"):
        assert load({}, {"HOST": name}).settings.server.public_url == ""
    loaded = load({}, {"HOST": "https://wandb.example.org"})
    assert loaded.settings.server.public_url == "https://wandb.example.org"


def test_every_accepted_name_leads_to_a_setting() -> None:
    paths = {item.path for item in load({}, {}).origins}
    assert set(ACCEPTED.values()) <= paths
    assert not [path for path in paths if variable_name(path) in ACCEPTED]


def test_a_variable_may_name_a_file_that_holds_the_value(tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("mysql://user:pass@host/name\n")
    loaded = load({}, {f"{URL}_FILE": str(secret)})
    assert loaded.settings.database.url == "mysql://user:pass@host/name"
    assert origin(loaded, "database.url").source == f"{URL}_FILE"
    assert load({}, {"MYSQL_FILE": str(secret)}).settings.database.url == "mysql://user:pass@host/name"
    assert load({}, {URL: "mysql://direct/x", f"{URL}_FILE": str(secret)}).settings.database.url == "mysql://direct/x"


def test_a_file_that_is_not_there_is_named_with_its_variable(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(Invalid, match=f"{URL}_FILE.*{missing}"):
        load({}, {f"{URL}_FILE": str(missing)})


@pytest.mark.parametrize("text", ["1", "true", "Yes", "ON"])
def test_words_for_true(text: str) -> None:
    assert load({}, {"STEELYARD_ACCOUNTS_SIGNUP": text}).settings.accounts.signup is True


@pytest.mark.parametrize("text", ["0", "false", "No", "OFF", ""])
def test_words_for_false(text: str) -> None:
    assert load({}, {"STEELYARD_ACCOUNTS_SIGNUP": text}).settings.accounts.signup is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (PORT, "eighty"),
        (PORT, "80.5"),
        (PORT, ""),
        (PORT, "²"),
        (PORT, "--1"),
        ("STEELYARD_ACCOUNTS_SIGNUP", "perhaps"),
        ("SESSION_LENGTH", "a month"),
        ("STEELYARD_LOGS_LEVEL", "loud"),
        ("STEELYARD_SERVER_PUBLIC_URL", "wandb.example.org"),
        ("STEELYARD_SERVER_PUBLIC_URL", "https://example.org/below"),
    ],
)
def test_a_value_of_the_wrong_type_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=name):
        load({}, {name: value})


def test_secrets_are_marked_so_that_they_are_never_shown() -> None:
    secret = {item.path for item in load({}, {}).origins if item.secret}
    accounts = {"accounts.admin_password", "accounts.admin_api_key", "accounts.global_admin_key"}
    assert secret == {"database.url", "database.password", "objects.bucket", "objects.storage_key"} | {
        "mail.url",
        "mail.password",
    } | accounts | {
        "slack.client_secret",
        "objects.team_buckets",
        "sso.client_secret",
        "ldap.bind_password",
    }


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(AttributeError):
        load({}, {}).settings.server.port = 1  # type: ignore[misc]
