"""The command line: its forms, exit codes and JSON, while the server runs and while it does not."""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract.wire import Wire
from tests.harness.engines import Engine
from tests.harness.server import PASSWORD, Server
from tests.harness.shell import Done, Shell, open_shell

DONE, FAILED, USAGE, EXISTS_OR_MISSING = 0, 1, 2, 3
VIEWER = "query Viewer { viewer { username entity } }"
Call = Callable[..., Done]


@pytest.fixture(scope="module")
def place(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A data folder and database where no server has ever run."""
    with engine.fresh() as settings:
        yield Server(tmp_path_factory.mktemp("place") / "data", settings)


@pytest.fixture(scope="module")
def offline(place: Server) -> Iterator[Shell]:
    """Commands without a server."""
    with open_shell(place) as shell:
        yield shell


@pytest.fixture(scope="module")
def online(server: Server) -> Iterator[Shell]:
    """Commands while a server runs on the same data."""
    with open_shell(server) as shell:
        yield shell


def new_name(kind: str = "user") -> str:
    return f"{kind}-{secrets.token_hex(4)}"


def create(shell: Call, name: str, *options: str) -> Done:
    return shell("user", "create", name, "--email", f"{name}@example.com", "--password", PASSWORD, *options)


def viewer(server: Server, key: str) -> str | None:
    """Whom the server takes the owner of `key` for; None when it refuses the key."""
    response = Wire(server.url, "", key).graphql(VIEWER)
    return response.json()["data"]["viewer"]["username"] if response.status_code == 200 else None


# ---- the forms ------------------------------------------------------------------------------------------------


def walk(shell: Call) -> None:
    """Every command of accounts once, and each a second time where that must be refused."""
    ada, bob, lab, vision = new_name("ada"), new_name("bob"), new_name("lab"), new_name("vision")
    steps: list[tuple[int, list[str]]] = [
        (EXISTS_OR_MISSING, ["user", "set-password", bob, "--password", PASSWORD]),
        (DONE, ["user", "create", bob, "--email", "b@example.com", "--password", PASSWORD, "--json"]),
        (EXISTS_OR_MISSING, ["user", "create", bob, "--email", "b@example.com", "--password", PASSWORD]),
        (EXISTS_OR_MISSING, ["user", "create", bob.upper(), "--email", "b@example.com", "--password", PASSWORD]),
        (DONE, ["user", "create", ada, "--email", "a@example.com", "--password", PASSWORD, "--admin"]),
        (DONE, ["user", "set-password", bob, "--password", "another good one"]),
        (DONE, ["org", "create", lab, "--admin", ada]),
        (EXISTS_OR_MISSING, ["org", "create", lab, "--admin", ada]),
        (EXISTS_OR_MISSING, ["org", "create", new_name("org"), "--admin", "nobody-at-all"]),
        (DONE, ["org", "add-member", lab, bob, "--role", "member"]),
        (DONE, ["org", "add-member", lab, bob, "--role", "viewer"]),
        (EXISTS_OR_MISSING, ["org", "add-member", lab, "nobody-at-all", "--role", "viewer"]),
        (EXISTS_OR_MISSING, ["org", "add-member", "no-such-org", bob, "--role", "viewer"]),
        (USAGE, ["org", "add-member", lab, bob, "--role", "boss"]),
        (DONE, ["team", "create", vision, "--org", lab, "--admin", ada]),
        (EXISTS_OR_MISSING, ["team", "create", vision, "--org", lab, "--admin", ada]),
        (EXISTS_OR_MISSING, ["team", "create", new_name("team"), "--org", "no-such-org", "--admin", ada]),
        (DONE, ["role", "create", "logger", "--org", lab, "--from", "viewer", "--allow", "run:create", "--json"]),
        (EXISTS_OR_MISSING, ["role", "create", "LOGGER", "--org", lab]),
        (EXISTS_OR_MISSING, ["role", "create", "logger", "--org", "no-such-org"]),
        (FAILED, ["role", "create", "flyer", "--org", lab, "--allow", "run:fly"]),
        (USAGE, ["role", "create", "king", "--org", lab, "--from", "admin"]),
        (DONE, ["role", "change", "logger", "--org", lab, "--from", "member", "--allow", "project:manage"]),
        (EXISTS_OR_MISSING, ["role", "change", "none", "--org", lab]),
        (DONE, ["role", "list", "--org", lab]),
        (DONE, ["role", "permissions"]),
        (DONE, ["role", "give", "Logger", vision, bob]),
        (DONE, ["role", "give", "viewer", vision, bob]),
        (FAILED, ["role", "give", "none", vision, bob]),
        (EXISTS_OR_MISSING, ["role", "give", "logger", "no-such-team", bob]),
        (DONE, ["team", "invite", vision, f"{new_name()}@example.org", "--role", "logger"]),
        (DONE, ["role", "delete", "logger", "--org", lab]),
        (EXISTS_OR_MISSING, ["role", "delete", "logger", "--org", lab]),
        (DONE, ["key", "create", bob]),
        (EXISTS_OR_MISSING, ["key", "create", "nobody-at-all"]),
        (EXISTS_OR_MISSING, ["key", "revoke", "no-such-key"]),
        (DONE, ["team", "delete", vision]),
        (EXISTS_OR_MISSING, ["team", "delete", vision]),
        (DONE, ["org", "delete", lab]),
        (EXISTS_OR_MISSING, ["org", "delete", lab]),
        (DONE, ["user", "delete", bob]),
        (EXISTS_OR_MISSING, ["user", "delete", bob]),
        (EXISTS_OR_MISSING, ["user", "delete", "nobody-at-all"]),
        (DONE, ["user", "list"]),
    ]
    for expected, arguments in steps:
        done = shell(*arguments)
        assert done.code == expected, (arguments, done)
        assert bool(done.err) == (expected != DONE), (arguments, done)


def test_every_form_while_the_server_runs(online: Shell) -> None:
    walk(online)


def test_a_password_is_asked_for_and_holds(server: Server) -> None:
    user, given = server.create_user(), "a quite new password"

    def reset(login: str, typed: str) -> int:
        command = [*server.program, "user", "reset-password", login, "--data", str(server.data_dir)]
        done = subprocess.run(
            command, cwd=server.cwd, env=server.env, input=typed, text=True, capture_output=True, check=False
        )
        assert typed.strip() not in done.stdout + done.stderr
        return done.returncode

    assert reset(user.email.upper(), f"{given}\n{given}\n") == DONE
    typed = {"login": user.email, "password": given}
    answer = httpx.post(f"{server.url}/app/session", json=typed, trust_env=False)
    assert answer.status_code == 204, answer.text
    assert reset("nobody@example.org", f"{given}\n{given}\n") == EXISTS_OR_MISSING
    assert reset(user.name, "short\nshort\n") == FAILED


def test_every_form_where_no_server_has_ever_run(offline: Shell) -> None:
    walk(offline)


def test_every_form_inside_a_running_event_loop(place: Server) -> None:
    with open_shell(place, inside_a_loop=True) as shell:
        walk(shell)


def test_a_command_that_makes_the_database_still_prints_only_its_result(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "steelyard", "user", "list", "--json", "--data", str(tmp_path / "new")]
    assert json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout) == []


def test_results_are_json_for_scripts(offline: Shell) -> None:
    name = new_name()
    made = create(offline, name, "--json").json
    assert made == {"username": name, "email": f"{name}@example.com", "admin": False, "active": True, "entity": name}
    assert made | {"lastActiveAt": None, "daysActive": 0} in offline("user", "list", "--json").json
    key = offline("key", "create", name, "--name", "laptop", "--json").json
    assert set(key) == {"id", "user", "key"}
    assert offline("key", "revoke", key["id"], "--json").json == {"id": key["id"]}
    settings = {row["name"]: row for row in offline("config", "show", "--json").json}
    assert settings["data_dir"]["source"] == "flag"
    found = offline("doctor", "--only", "settings", "--json").json
    assert (found["exit_code"], [row["level"] for row in found["findings"]]) == (0, ["ok"])
    assert offline("migrate", "--json").json["revision"]


def test_commands_in_processes_of_their_own(place: Server) -> None:
    """The same forms as a shell script has them, and the version."""
    name = new_name()
    command = ["user", "create", name, "--email", "x@example.com", "--password", PASSWORD]
    codes = [place.try_command(*command).returncode for _ in range(2)]
    assert codes == [DONE, EXISTS_OR_MISSING]
    usage = place.try_command("user", "create", name)
    assert (usage.returncode, "--email" in usage.stderr) == (USAGE, True)
    assert place.try_command("no-such-command").returncode == USAGE
    assert place.try_command("serve", "--port", "many").returncode == USAGE
    refused = place.try_command("user", "create", new_name(), "--email", "x@example.com", "--password", "short")
    assert refused.returncode == FAILED
    assert "Traceback" not in refused.stderr


# ---- what is accepted -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        f"local-{secrets.token_hex(20)}",
        secrets.token_hex(20),
        f"my_prefix-{secrets.token_hex(20)}",
        f"wandb_v1_{secrets.token_urlsafe(60)}"[:100],
        f"-_{secrets.token_hex(63)}"[:128],
    ],
    ids=len,
)
def test_a_given_key_is_taken_as_it_is(server: Server, online: Shell, key: str) -> None:
    name = new_name()
    assert create(online, name, f"--api-key={key}").code == DONE
    assert viewer(server, key) == name


@pytest.mark.parametrize("key", ["", "short", "a" * 129, f"a b{'c' * 40}", f"ä{'c' * 40}"], ids=len)
def test_an_unfit_key_is_refused_and_makes_no_account(offline: Shell, key: str) -> None:
    name = new_name()
    assert create(offline, name, f"--api-key={key}").code == FAILED
    assert create(offline, name).code == DONE


def test_a_key_that_somebody_has_is_refused(offline: Shell) -> None:
    key = f"local-{secrets.token_hex(20)}"
    assert create(offline, new_name(), "--api-key", key).code == DONE
    assert create(offline, new_name(), "--api-key", key).code == EXISTS_OR_MISSING


@pytest.mark.parametrize("form", ["{}", "A_{}.b-c", "0.{}", "{}" + "x" * 52])
def test_user_names_of_up_to_64_characters(offline: Shell, form: str) -> None:
    name = form.format(secrets.token_hex(6))
    assert len(name) <= 64
    assert create(offline, name, "--json").json["entity"] == name


@pytest.mark.parametrize("name", ["", "a" * 65, "two words", "ä", "-dash", "a/b", "graphql"])
def test_unfit_user_names_are_refused(offline: Shell, name: str) -> None:
    done = offline("user", "create", "--email", "x@example.com", "--password", PASSWORD, "--", name)
    assert done.code in {FAILED, USAGE}, done


def test_a_bare_user_has_a_personal_entity_and_no_organization(server: Server, online: Shell) -> None:
    key, name = f"local-{secrets.token_hex(20)}", new_name()
    create(online, name, "--api-key", key)
    document = "{ viewer { entity organizations { name } teams { edges { node { name } } } } }"
    found = Wire(server.url, name, key).data(document)["viewer"]
    assert found == {"entity": name, "organizations": [], "teams": {"edges": []}}


def test_the_last_administrator_stays(engine: Engine, tmp_path: Path) -> None:
    with engine.fresh() as settings, open_shell(Server(tmp_path / "data", settings)) as shell:
        create(shell, "ada", "--admin")
        assert shell("user", "delete", "ada").code == FAILED
        create(shell, "eve", "--admin")
        assert shell("user", "delete", "ada").code == DONE


# ---- together with the server ---------------------------------------------------------------------------------


def test_a_new_key_works_at_once_and_a_revoked_one_soon_stops(server: Server, online: Shell) -> None:
    name = new_name()
    create(online, name)
    made = online("key", "create", name, "--json").json
    assert viewer(server, made["key"]) == name
    online("key", "revoke", made["id"])
    while viewer(server, made["key"]):
        pass  # ends within the seconds that the server remembers whose key it was
    assert viewer(server, made["key"]) is None


def test_two_hundred_users_in_one_process(server: Server, online: Shell) -> None:
    keys = {new_name(f"crowd-{number}"): f"local-{secrets.token_hex(20)}" for number in range(200)}
    codes = {create(online, name, "--api-key", key).code for name, key in keys.items()}
    assert codes == {DONE}
    listed = {user["username"] for user in online("user", "list", "--json").json}
    assert set(keys) <= listed
    assert all(viewer(server, keys[name]) == name for name in list(keys)[::40])


# ---- what goes wrong ------------------------------------------------------------------------------------------


def broken(place: Server, tmp_path: Path, **env: str) -> Server:
    return Server(tmp_path / "data", place.env | {"MYSQL": "", "BUCKET": ""} | env)


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"STEELYARD_SERVER_PORT": "many"}, "STEELYARD_SERVER_PORT"),
        ({"MYSQL": "postgres://x/y"}, "mysql://"),
        ({"MYSQL": "mysql://nobody:x@127.0.0.1:9/none"}, "database"),
        ({"BUCKET": "gs://x"}, "gs://key:secret@"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_settings_are_told_in_a_line(place: Server, tmp_path: Path, env: dict[str, str], told: str) -> None:
    done = broken(place, tmp_path, **env).try_command("user", "list")
    assert done.returncode == FAILED
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_server_on_the_same_port_says_so_and_ends(server: Server, tmp_path: Path) -> None:
    second = Server(tmp_path / "data", {})
    done = second.try_command("serve", "--port", str(server.port))
    assert done.returncode == FAILED
    assert f"cannot listen on 127.0.0.1:{server.port}" in done.stderr
    assert "serves" not in done.stderr
    assert not second.data_dir.exists()


def test_an_administrator_that_the_settings_cannot_have_is_told_in_a_line(place: Server, tmp_path: Path) -> None:
    named = {"STEELYARD_ACCOUNTS_ADMIN_USERNAME": "settings", "STEELYARD_ACCOUNTS_ADMIN_PASSWORD": PASSWORD}
    done = broken(place, tmp_path, **named).try_command("serve", "--port", "0")
    assert done.returncode == FAILED
    assert "reserved" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_settings_make_the_first_administrator(start_server: Callable[..., Server]) -> None:
    key = f"local-{secrets.token_hex(20)}"
    named = {"STEELYARD_ACCOUNTS_ADMIN_USERNAME": "root", "STEELYARD_ACCOUNTS_ADMIN_API_KEY": key}
    server = start_server(**named)
    assert viewer(server, key) == "root"
    assert "/setup?token=" not in server.log_text()
    assert key not in server.log_text()


def test_the_doctor_finds_a_database_out_of_reach(place: Server, tmp_path: Path) -> None:
    done = broken(place, tmp_path, MYSQL="mysql://nobody:x@127.0.0.1:9/none").try_command(
        "doctor", "--only", "database"
    )
    assert done.returncode == 2
    assert "FAIL  mysql.reach" in done.stdout


def test_config_show_never_prints_a_secret(place: Server, tmp_path: Path) -> None:
    told = {
        "MYSQL": "mysql://u:hush-1@h/n",
        "BUCKET": "s3://k:hush-2@h:9/b",
        "STEELYARD_ACCOUNTS_ADMIN_PASSWORD": "hush-3",
    }
    server = broken(place, tmp_path, **told)
    for options in ([], ["--json"]):
        printed = server.run_command("config", "show", *options)
        assert "hush" not in printed
        assert "***" in printed


def test_pending_migrations_are_told_and_not_run(engine: Engine, tmp_path: Path) -> None:
    with engine.fresh() as settings:
        server = Server(tmp_path / "data", settings)
        empty = server.try_command("migrate", "--check", "--json")
        again = server.try_command("migrate", "--check")
        server.run_command("migrate")
        done = server.try_command("migrate", "--check", "--json")
    assert (empty.returncode, again.returncode, done.returncode) == (FAILED, FAILED, DONE)
    told = json.loads(empty.stdout)
    assert told["revision"] is None
    assert told["pending"][0].startswith("0001_")
    assert "pending: 0001_" in again.stdout, "looking changed the database"
    assert json.loads(done.stdout) == {"revision": told["pending"][-1][:4], "pending": []}


def test_the_audit_log_as_a_command_of_its_own(place: Server) -> None:
    run = place.run_command
    name = new_name()
    run("user", "create", name, "--email", f"{name}@example.com", "--password", PASSWORD)
    assert name in run("audit", "export")
    run("user", "delete", name)
    run("audit", "forget", name)
    lines = [json.loads(line) for line in run("audit", "export", "--days", "2").splitlines()]
    assert {"user:create", "user:permanently_delete"} <= {line["action"] for line in lines}
    assert name not in json.dumps(lines)
