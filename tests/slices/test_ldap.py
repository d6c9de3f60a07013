"""Sign-in by a real directory (slapd): who is let in, as which account, and what is said when the directory is down."""

import asyncio
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from steelyard.adapters.ldap import directory as ldap_directory
from steelyard.adapters.ldap import wire
from steelyard.adapters.ldap.directory import LdapDirectory
from steelyard.config.sources import load
from steelyard.doctor.examination import examine
from steelyard.doctor.findings import Level
from steelyard.domains.accounts import links, people, queries, service, teams, throttle
from steelyard.domains.accounts.model import Role
from steelyard.domains.accounts.service import NewUser
from steelyard.kernel.errors import Conflict, Invalid
from tests.harness.engines import Engine
from tests.harness.server import PASSWORD as OURS
from tests.harness.site import Site, open_site
from tests.harness.visitor import Visitor, open_visitor
from tests.services.ldap import PASSWORD, READER_PASSWORD, SUFFIX, Ldap, Tree
from tests.services.places import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def tree() -> Iterator[Tree]:
    ldap = Ldap()
    try:
        yield Tree(ldap.acquire())
    finally:
        ldap.release()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def base(engine: Engine, tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    with engine.fresh() as env:
        async with open_site(tmp_path_factory.mktemp("site"), env | tree.settings) as opened:
            await opened.user(admin=True)
            yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def site(base: Site) -> AsyncIterator[Site]:
    """The site as each test finds it: whatever directory another test has given it is gone."""
    ports = base.ports
    yield base
    if base.ports is not ports:
        base.use(ports)


@pytest_asyncio.fixture(loop_scope="module")
async def visit(site: Site) -> AsyncIterator[Callable[..., Any]]:
    async with AsyncExitStack() as stack:

        async def open_one(**options: str) -> Visitor:
            return await stack.enter_async_context(open_visitor(site, **options))

        yield open_one


@pytest_asyncio.fixture(loop_scope="module")
async def use(site: Site, tree: Tree) -> AsyncIterator[Callable[..., LdapDirectory]]:
    """`use(NAME=value)` has the site ask a directory with other settings."""
    made: list[LdapDirectory] = []

    def give(**env: str) -> LdapDirectory:
        directory = LdapDirectory(load({}, tree.settings | env).settings.ldap)
        made.append(directory)
        site.use(replace(site.ports, directory=directory))
        return directory

    yield give
    for directory in made:
        await directory.close()


def fresh() -> str:
    return f"p{secrets.token_hex(4)}"


async def account(site: Site, username: str) -> Any:
    async with site.ports.database.read() as conn:
        return await queries.find_user_by_name(conn, username)


async def team_names(site: Site, username: str) -> set[str]:
    user = await account(site, username)
    async with site.ports.database.read() as conn:
        found = await queries.list_entities(conn, list(await queries.team_roles(conn, user.id)))
    return {entity.name for entity in found}


def says(answer: Any, status: int, *texts: str) -> None:
    assert answer.status_code == status, answer.text
    assert "set-cookie" not in answer.headers
    for text in texts:
        assert text in answer.json()["error"]["message"], answer.text
    assert PASSWORD not in answer.text


# ---- who is let in --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{}", "{}@example.org", " {} "])
async def test_a_person_of_the_directory_signs_in_and_has_an_account(site, tree, visit, form):
    name, window = tree.person(), await visit()
    assert (await window.sign_in(form.format(name), PASSWORD)).status_code == 204
    session = await window.reload()
    assert (session["user"]["username"], session["user"]["email"]) == (name, f"{name}@example.org")
    assert session["user"]["name"] == name.title()
    again = await visit()
    assert (await again.sign_in(name, PASSWORD)).status_code == 204
    assert await again.name() == name


@pytest.mark.parametrize("password", ["wrong", "", " ", PASSWORD + " ", "\0", PASSWORD + "\0", "x" * 5000])
async def test_a_wrong_password_signs_nobody_in(site, tree, visit, password):
    name = tree.person()
    says(await (await visit()).sign_in(name, password), 401, "user name or password is wrong")
    assert await account(site, name) is None


@pytest.mark.parametrize("login", ["*", "p*", "{})(uid=*", "{})(|(uid=*", "\\2a", "", "{}\0", "uid={}", "x" * 5000])
async def test_a_login_is_a_name_and_nothing_more(site, tree, visit, login):
    name = tree.person()
    says(await (await visit()).sign_in(login.format(name), PASSWORD), 401, "user name or password is wrong")


async def test_a_name_that_two_people_have_signs_neither_in(site, tree, visit):
    shared = f"{fresh()}@example.org"
    one, _other = tree.person(mail=shared), tree.person(mail=shared)
    says(await (await visit()).sign_in(shared, PASSWORD), 401)
    assert (await (await visit()).sign_in(one, PASSWORD)).status_code == 204


async def test_an_account_without_an_address_there(site, tree, visit):
    name, window = tree.person(mail=None), await visit()
    assert (await window.sign_in(name, PASSWORD)).status_code == 204
    assert (await account(site, name)).email == ""


async def test_an_account_is_the_same_after_the_person_was_renamed(site, tree, visit):
    name, after = tree.person(), fresh()
    await (await visit()).sign_in(name, PASSWORD)
    tree.change(tree.dn(name), uid=[name, after], mail=f"{after}@example.org")
    window = await visit()
    assert (await window.sign_in(after, PASSWORD)).status_code == 204
    assert await window.name() == name
    assert (await account(site, name)).email == f"{after}@example.org", "what the directory changes is carried over"


async def test_a_directory_person_finds_the_account_that_has_their_address(site, tree, visit):
    name = tree.person()
    made = await service.create_user(site.system, NewUser(fresh(), f"{name}@example.org", password=OURS))
    window = await visit()
    assert (await window.sign_in(name, PASSWORD)).status_code == 204
    assert await window.name() == made.username
    says(await (await visit()).sign_in(made.username, OURS), 401)  # from now on the directory keeps the password


async def test_an_address_that_is_not_trusted_finds_nobody(site, tree, visit, use):
    use(STEELYARD_LDAP_TRUST_EMAIL="false")
    name = tree.person()
    await service.create_user(site.system, NewUser(fresh(), f"{name}@example.org", password=OURS))
    says(await (await visit()).sign_in(name, PASSWORD), 403, "an account has the address")


async def test_an_account_of_ours_stays_ours(site, tree, visit):
    """Another person of the same user name in the directory is somebody else."""
    name, window = fresh(), await visit()
    await service.create_user(site.system, NewUser(name, f"{name}@ours.test", password=OURS))
    tree.person(name)
    assert (await window.sign_in(name, OURS)).status_code == 204
    other = await visit()
    assert (await other.sign_in(name, PASSWORD)).status_code == 204
    assert await other.name() not in {None, name}


async def test_an_ended_account_stays_out(site, tree, visit):
    name = tree.person()
    await (await visit()).sign_in(name, PASSWORD)
    await people.deactivate_user(site.system, name)
    says(await (await visit()).sign_in(name, PASSWORD), 403, "has been ended")


async def test_who_left_the_directory_stays_out(site, tree, visit):
    name = tree.person()
    await (await visit()).sign_in(name, PASSWORD)
    tree.remove(tree.dn(name))
    says(await (await visit()).sign_in(name, PASSWORD), 401)


async def test_without_provisioning_only_known_people_come_in(site, tree, visit):
    policy = replace(site.ports.policy, sso=replace(site.ports.policy.sso, provisioning=False))
    site.use(replace(site.ports, policy=policy))
    stranger, known = tree.person(), tree.person()
    says(await (await visit()).sign_in(stranger, PASSWORD), 403, "there is no account")
    await service.create_user(site.system, NewUser(known, f"{known}@example.org"))
    assert (await (await visit()).sign_in(known, PASSWORD)).status_code == 204


async def test_twenty_windows_of_a_new_person_are_one_account(site, tree, visit):
    name = tree.person()
    windows = [await visit(address=f"10.0.0.{number}") for number in range(20)]
    answers = await asyncio.gather(*(window.sign_in(name, PASSWORD) for window in windows))
    assert {answer.status_code for answer in answers} == {204}
    assert {await window.name() for window in windows} == {name}


async def test_the_password_is_the_directorys_to_change(site, tree, visit):
    name, window = tree.person(), await visit()
    await window.sign_in(name, PASSWORD)
    answer = await window.post("/app/password", current=PASSWORD, new="another long one")
    assert (answer.status_code, "kept by the directory" in answer.text) == (409, True)
    with pytest.raises(Conflict, match="kept by the directory"):
        await links.make_password_link(site.system, name)


# ---- groups ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{0}", "x,{0}", "{1}", "{1};cn=x,dc=y", "{2}", "{3}"])
async def test_only_allowed_groups_are_let_in(site, tree, visit, use, form):
    inside, outside = tree.person(), tree.person(gidNumber="77", uidNumber="7", homeDirectory="/")
    numbered = tree.person(gidNumber="4711", uidNumber="8", homeDirectory="/")
    group = tree.group(inside)
    posix = f"g{secrets.token_hex(4)}"
    tree.add(f"cn={posix},ou=groups,{SUFFIX}", ["posixGroup"], {"gidNumber": "9", "memberUid": [inside, numbered]})
    allowed = form.format(group, f"cn={group},ou=groups,{SUFFIX}", "4711", posix)
    attributes = "group=gidNumber" if form == "{2}" else ""
    use(LDAP_GROUP_ALLOW_LIST=allowed.swapcase() if form == "{1}" else allowed, LDAP_ATTRIBUTES=attributes)
    who = numbered if form == "{2}" else inside
    assert (await (await visit()).sign_in(who, PASSWORD)).status_code == 204
    says(await (await visit()).sign_in(outside, PASSWORD), 403, "no group that may use this server")
    says(await (await visit()).sign_in(outside, "wrong"), 401)
    assert await account(site, outside) is None


async def test_groups_are_teams(site, tree, visit, use):
    use(GORILLA_LDAP_GROUP_SYNC="true")
    admin = await site.user(admin=True)
    teams_by_name = [await site.team(admin) for _ in range(3)]
    name = tree.person()
    for team in teams_by_name[:2]:
        tree.group(name, name=team)
    tree.group(name)  # there is no team of this name
    await (await visit()).sign_in(name, PASSWORD)
    assert await team_names(site, name) >= set(teams_by_name[:2])
    assert teams_by_name[2] not in await team_names(site, name)
    await teams.set_member(site.system, teams_by_name[2], name, Role.MEMBER)
    tree.remove(f"cn={teams_by_name[0]},ou=groups,{SUFFIX}")
    await (await visit()).sign_in(name, PASSWORD)
    found = await team_names(site, name)
    assert teams_by_name[0] not in found, "only the group had let them in"
    assert {teams_by_name[1], teams_by_name[2]} <= found


async def test_without_the_setting_groups_are_no_teams(site, tree, visit):
    team, name = await site.team(await site.user(admin=True)), tree.person()
    tree.group(name, name=team)
    await (await visit()).sign_in(name, PASSWORD)
    assert team not in await team_names(site, name)


# ---- encryption -----------------------------------------------------------------------------------------------


async def test_it_is_encrypted_with_an_authority_of_ones_own(site, tree, visit, use):
    name = tree.person()
    for env in (
        {"LDAP_ADDRESS": f"ldaps://127.0.0.1:{tree.encrypted}"},
        {"LDAP_ADDRESS": f"ldaps://localhost:{tree.encrypted}"},
        {"LDAP_TLS_ENABLE": "true"},
    ):
        use(STEELYARD_LDAP_CA=tree.authority, **env)
        assert (await (await visit()).sign_in(name, PASSWORD)).status_code == 204, env


@pytest.mark.parametrize("way", ["ldaps", "starttls", "no tls", "name"])
async def test_without_a_certificate_that_can_be_checked_nobody_signs_in(site, tree, visit, use, way):
    env = {
        "ldaps": {"LDAP_ADDRESS": f"ldaps://127.0.0.1:{tree.encrypted}"},
        "starttls": {"LDAP_TLS_ENABLE": "true"},
        "no tls": {"LDAP_ADDRESS": f"ldaps://127.0.0.1:{tree.port}"},
        "name": {"LDAP_ADDRESS": f"ldaps://127.0.0.2:{tree.encrypted}", "STEELYARD_LDAP_CA": tree.authority},
    }[way]
    if way == "name":
        with forwarder("127.0.0.2", tree.encrypted) as port:
            use(**env | {"LDAP_ADDRESS": f"ldaps://127.0.0.2:{port}"})
            says(await (await visit()).sign_in(tree.person(), PASSWORD), 503, "cannot be asked now")
        return
    use(**env)
    says(await (await visit()).sign_in(tree.person(), PASSWORD), 503, "cannot be asked now")


@contextmanager
def forwarder(host: str, port: int) -> Iterator[int]:
    """Listen at another address of this machine, and lead to the directory."""
    server = socket.create_server((host, 0))

    def pump(source: socket.socket, to: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                to.sendall(data)
        except OSError:
            return
        finally:
            to.close()

    def serve() -> None:
        while True:
            try:
                here, _ = server.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=pump, args=(here, there), daemon=True).start()
            threading.Thread(target=pump, args=(there, here), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


# ---- a directory that is down ---------------------------------------------------------------------------------


async def test_a_directory_that_is_down_is_not_a_wrong_password(site, tree, visit, use):
    use(LDAP_ADDRESS=f"ldap://127.0.0.1:{free_port()}")
    says(await (await visit()).sign_in(tree.person(), PASSWORD), 503, "cannot be asked now")


async def test_our_own_accounts_sign_in_without_it(site, visit, use):
    use(LDAP_ADDRESS=f"ldap://127.0.0.1:{free_port()}")
    name, window = fresh(), await visit()
    await service.create_user(site.system, NewUser(name, password=OURS, is_admin=True))
    assert (await window.sign_in(name, OURS)).status_code == 204
    says(await (await visit()).sign_in(name, "wrong"), 503, "cannot be asked now")


@pytest.mark.parametrize("env", [{"LDAP_BIND_PW": "wrong"}, {"LDAP_BASE_DN": "dc=absent"}, {"LDAP_BIND_DN": ""}])
async def test_settings_that_the_directory_does_not_take_are_not_a_wrong_password(site, tree, visit, use, env):
    use(**env)
    says(await (await visit()).sign_in(tree.person(), PASSWORD), 503, "cannot be asked now")


async def test_the_next_server_is_asked_when_one_is_down(site, tree, visit, use):
    use(LDAP_ADDRESS=f"ldap://127.0.0.1:{free_port()} ldap://127.0.0.1:{tree.port}")
    assert (await (await visit()).sign_in(tree.person(), PASSWORD)).status_code == 204


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
async def test_a_silent_directory_holds_up_nobody_else(site, tree, visit, use, scheme, monkeypatch):
    """A listener that never says a word: the event loop goes on, and whoever waits is told."""
    monkeypatch.setattr(wire, "ANSWER_S", 4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use(LDAP_ADDRESS=f"{scheme}://127.0.0.1:{silent.getsockname()[1]}")
        window, watcher = await visit(), await visit()
        signing = asyncio.create_task(window.sign_in("somebody", "some password"))
        started = time.monotonic()
        while not signing.done():
            before = time.monotonic()
            assert (await watcher.get("/app/session")).status_code == 200
            assert time.monotonic() - before < 3.5
            await asyncio.sleep(0.05)
        assert time.monotonic() - started > 3.5, "it did wait"
        says(await signing, 503, "cannot be asked now")


async def test_those_who_wait_for_it_are_bounded(site, visit, use, monkeypatch):
    monkeypatch.setattr(ldap_directory, "WAITING_MAX", 3)
    monkeypatch.setattr(wire, "ANSWER_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use(LDAP_ADDRESS=f"ldap://127.0.0.1:{silent.getsockname()[1]}")
        windows = [await visit(address=f"10.1.0.{number}") for number in range(6)]
        answers = await asyncio.gather(*(window.sign_in(f"n{i}", "password") for i, window in enumerate(windows)))
        told = [answer.json()["error"]["message"] for answer in answers]
        assert {answer.status_code for answer in answers} == {503}
        assert len([text for text in told if "too many people" in text]) == 3


async def test_who_gives_up_gets_an_answer_in_bounded_time(site, use, monkeypatch):
    monkeypatch.setattr(ldap_directory, "ANSWER_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(wire, "ANSWER_S", 2)
        directory = use(LDAP_ADDRESS=f"ldap://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ldap_directory.DirectoryDown, match="in time"):
            await directory.check("somebody", "password")


# ---- guessing -------------------------------------------------------------------------------------------------


async def test_guessing_becomes_slow(site, tree, visit):
    name, window = tree.person(), await visit(address="10.2.0.1")
    for _ in range(throttle.FREE_ATTEMPTS):
        assert (await window.sign_in(name, "wrong")).status_code == 401
    assert (await window.sign_in(name, PASSWORD)).status_code == 429
    elsewhere = await visit(address="10.2.0.2")
    assert (await elsewhere.sign_in(name, PASSWORD)).status_code == 204
    site.clock.move(120)
    assert (await window.sign_in(name, PASSWORD)).status_code == 204


async def test_an_outage_slows_nobody_down(site, tree, visit, use):
    ports, name, window = site.ports, tree.person(), await visit(address="10.2.0.3")
    use(LDAP_ADDRESS=f"ldap://127.0.0.1:{free_port()}")
    for _ in range(throttle.FREE_ATTEMPTS + 3):
        assert (await (await visit(address="10.2.0.3")).sign_in(name, PASSWORD)).status_code == 503
    site.use(ports)
    window = await visit(address="10.2.0.3")
    assert (await window.sign_in(name, PASSWORD)).status_code == 204


async def test_an_outage_lets_nobody_guess_our_own_passwords(site, visit, use):
    use(LDAP_ADDRESS=f"ldap://127.0.0.1:{free_port()}")
    name, window = fresh(), await visit(address="10.2.0.4")
    await service.create_user(site.system, NewUser(name, password=OURS))
    for _ in range(throttle.FREE_ATTEMPTS):
        assert (await window.sign_in(name, "wrong")).status_code == 503
    assert (await window.sign_in(name, OURS)).status_code == 429


async def test_the_audit_log_tells_of_both(site, tree, visit):
    admin, name = await site.user(admin=True), tree.person()
    await (await visit()).sign_in(name, PASSWORD)
    await (await visit()).sign_in(name, "wrong")
    answer = await admin.send("GET", "/admin/audit_logs?startDate=2025-01-01&limit=2000&numDays=400")
    lines = [line for line in answer.body["audit_logs"] if line.get("user_asset") and name in str(line)]
    assert [(line["action"], line["response_code"]) for line in lines if line["action"] == "user:login"] == [
        ("user:login", 200),
        ("user:login", 401),
    ]
    assert PASSWORD not in str(answer.body)


# ---- settings and the doctor ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "text"),
    [
        ({"LDAP_BASE_DN": ""}, "LDAP_BASE_DN"),
        ({"LDAP_BIND_PW": ""}, "LDAP_BIND_PW"),
        ({"LDAP_ADDRESS": "https://x"}, "LDAP_ADDRESS"),
        ({"STEELYARD_LDAP_CA": "/absent.pem"}, "STEELYARD_LDAP_CA"),
    ],
)
async def test_half_a_setting_is_refused_at_the_start(tree, env, text):
    with pytest.raises(Invalid, match=text):
        LdapDirectory(load({}, tree.settings | env).settings.ldap)


async def look(env: dict[str, str]) -> dict[str, Any]:
    found = [finding async for finding in examine({}, env, ["ldap"])]
    assert not [item for item in found if READER_PASSWORD in item.as_text()], "a secret is shown"
    return {item.id: item for item in found}


async def test_the_doctor_finds_all_well(tree):
    group = tree.group(tree.person())
    found = await look(tree.settings | {"LDAP_GROUP_ALLOW_LIST": group})
    assert {name: item.level for name, item in found.items()} == {
        "ldap.server": Level.OK,
        "ldap.people": Level.OK,
    }
    assert (await look({}))["ldap.server"].level is Level.INFO


@pytest.mark.parametrize(
    ("env", "id_", "level", "text"),
    [
        ({"LDAP_LOGIN": "false"}, "ldap.login", Level.WARN, "LDAP_LOGIN"),
        ({"LDAP_BASE_DN": ""}, "ldap.settings", Level.FAIL, "LDAP_BASE_DN"),
        ({"LDAP_ADDRESS": "ldap://127.0.0.1:9"}, "ldap.server", Level.FAIL, "cannot be reached"),
        ({"LDAP_ADDRESS": "ldap://ldap.invalid"}, "ldap.encryption", Level.WARN, "LDAP_TLS_ENABLE"),
        ({"LDAP_TLS_ENABLE": "true"}, "ldap.encryption", Level.FAIL, "STEELYARD_LDAP_CA"),
        ({"LDAP_BIND_PW": "wrong"}, "ldap.bind", Level.FAIL, "LDAP_BIND_DN"),
        ({"LDAP_BASE_DN": "dc=absent"}, "ldap.search", Level.FAIL, "LDAP_BASE_DN"),
        ({"LDAP_USER_OBJECT_CLASS": "country"}, "ldap.people", Level.WARN, "LDAP_USER_OBJECT_CLASS"),
        ({"LDAP_GROUP_ALLOW_LIST": "absent"}, "ldap.groups", Level.WARN, "absent"),
        ({"LOCAL_RESTORE": "true"}, "ldap.restore", Level.WARN, "LOCAL_RESTORE"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("ldap.") else "",
)
async def test_the_doctor_names_what_is_wrong(tree, env, id_, level, text):
    tree.person()
    found = (await look(tree.settings | env))[id_]
    assert found.level is level
    assert text in found.as_text()
