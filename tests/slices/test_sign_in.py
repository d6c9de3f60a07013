"""Browser sessions: opened by a password, carried by a cookie, guarded by a token, and ended."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
import pytest_asyncio

from steelyard.adapters.objects.signing import OwnAddresses
from steelyard.domains.accounts import identities, service, throttle
from steelyard.domains.accounts.service import NewUser
from steelyard.kernel.errors import Invalid
from tests.harness.server import PASSWORD
from tests.harness.site import Caller, Site
from tests.harness.visitor import Visitor, open_visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHER_PASSWORD = "another good password"


@pytest_asyncio.fixture(loop_scope="module")
async def visit(site: Site) -> AsyncIterator[Callable[..., Visitor]]:
    """`await visit()` is a new browser."""
    async with AsyncExitStack() as stack:

        async def open_one(**options: str) -> Visitor:
            return await stack.enter_async_context(open_visitor(site, **options))

        yield open_one


@pytest_asyncio.fixture(loop_scope="module")
async def ada(site: Site) -> str:
    """The user name of a new account with a password."""
    name = f"ada-{secrets.token_hex(4)}"
    await service.create_user(site.system, NewUser(name, f"{name}@example.com", password=PASSWORD))
    return name


async def test_a_person_signs_in_by_name_or_address_and_out_again(visit, ada):
    for login in (ada, f"{ada}@example.com"):
        window = await visit()
        assert await window.name() is None
        assert (await window.sign_in(login, PASSWORD)).status_code == 204
        assert await window.name() == ada
        assert (await window.delete("/app/session")).status_code == 204
        assert await window.name() is None


async def test_a_session_that_was_signed_out_is_over_for_whoever_kept_its_cookie(visit, ada):
    window, thief = await visit(), await visit()
    await window.sign_in(ada, PASSWORD)
    thief.http.cookies.update(window.http.cookies)
    assert await thief.name() == ada
    await window.delete("/app/session")
    assert await thief.name() is None


async def test_an_address_of_a_file_ends_with_the_session_that_asked_for_it(site, visit, ada):
    if not isinstance(site.ports.objects.main, OwnAddresses):
        pytest.skip("the addresses are the bucket's own: they cannot be taken back (docs/operate/access.md)")
    window = await visit()
    await window.sign_in(ada, PASSWORD)
    run = "mutation U($e: String!) { upsertBucket(input: {entityName: $e, modelName: $e, name: $e}) { inserted } }"
    key = Caller(site, ada, (await window.post("/app/keys", name="k")).json()["secret"])
    assert (await key.graphql(run, e=ada)).status == 200
    made = """mutation F($e: String!) { createRunFiles(input: {entityName: $e, projectName: $e, runName: $e,
      files: ["a"]}) { files { uploadUrl } } }"""
    write = (await key.graphql(made, e=ada)).data["createRunFiles"]["files"][0]["uploadUrl"]
    assert (await site.http.put(write, content=b"x")).status_code == 200
    (file,) = (await window.get(f"/app/runs/{ada}/{ada}/{ada}/files")).json()["files"]
    assert (await site.http.get(file["url"])).content == b"x"
    assert (await site.http.get(file["url"].replace("proof=s", "proof=k"))).status_code == 403, "it is signed too"
    await window.delete("/app/session")
    while (await site.http.get(file["url"])).status_code == 200:
        pass
    assert (await site.http.get(file["url"])).status_code == 403
    assert (await site.http.put(write, content=b"y")).status_code == 200, "the key goes on"


async def test_any_wrong_part_gets_the_same_answer(visit, ada):
    window = await visit()
    answers = []
    for login, password in ((ada, "wrong password"), ("nobody-at-all", PASSWORD), ("nobody-at-all", "wrong password")):
        response = await window.post("/app/session", login=login, password=password)
        assert response.status_code == 401
        answers.append(response.json()["error"] | {"requestId": ""})
        assert "set-cookie" not in response.headers
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"login": "ada"}, 422),
        ({"login": 1, "password": True}, 422),
        ({"login": None, "password": []}, 422),
        ({"login": "\x00", "password": "\x00"}, 401),
        ({"login": "ada' OR 1=1 --", "password": "x"}, 401),
        ({"login": "a" * 100_000, "password": "b" * 100_000}, 401),
        ([], 400),
    ],
    ids=range(8),
)
async def test_unfit_bodies_are_answered_as_the_senders_fault(visit, body, status):
    window = await visit()
    assert (await window.send("POST", "/app/session", body)).status_code == status


async def test_a_body_that_is_no_json(visit):
    window = await visit()
    assert (await window.http.post("/app/session", content=b"{")).status_code == 400


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visit, ada, scheme, secure):
    window = await visit(scheme=scheme)
    response = await window.post("/app/session", login=ada, password=PASSWORD)
    flags = response.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "path=/" in flags
    assert ("secure" in flags) is secure


async def test_what_changes_something_needs_the_token_of_the_session(visit, ada):
    window, other = await visit(), await visit()
    await window.sign_in(ada, PASSWORD)
    await other.sign_in(ada, PASSWORD)
    good = window.token
    for token in ("", "x", "ä", other.token):
        window.token = token
        try:
            assert (await window.post("/app/keys", name="k")).status_code == 403
        except UnicodeEncodeError:
            continue  # a header that a browser cannot send either
    assert (await window.get("/app/keys")).json()["keys"] == []
    window.token = good
    assert (await window.post("/app/keys", name="k")).status_code == 200


async def test_a_key_needs_no_token(user: Caller):
    assert (await user.send("POST", "/app/keys", {"name": "k"})).status == 200


async def test_a_session_ends_by_itself(site, visit, ada):
    window = await visit()
    await window.sign_in(ada, PASSWORD)
    before = site.clock.now
    begun, length = before, site.ports.policy.session_hours * 3600
    while (site.clock.now - begun).total_seconds() < length - 86_400:
        site.clock.move(86_000)
        assert await window.name() == ada, "it is used each day"
    site.clock.move(length - 1 - (site.clock.now - begun).total_seconds())
    assert await window.name() == ada
    site.clock.move(2)
    assert await window.name() is None
    site.clock.now = before


async def test_a_session_that_nobody_uses_ends_sooner(site, visit, ada):
    window, other = await visit(), await visit()
    await window.sign_in(ada, PASSWORD)
    await other.sign_in(ada, PASSWORD)
    before, idle = site.clock.now, site.ports.policy.session_idle_s
    assert idle == 7 * 86_400, "unless told otherwise"
    site.clock.move(idle - 1)
    assert await window.name() == ada
    site.clock.move(2)
    assert await window.name() == ada, "it was used a moment ago"
    assert await other.name() is None
    assert len((await window.get("/app/sessions")).json()["sessions"]) == 1
    site.clock.now = before


async def test_idleness_ends_no_session_where_it_is_switched_off(site, visit, ada):
    ports, before = site.ports, site.clock.now
    site.use(replace(ports, policy=replace(ports.policy, session_idle_s=0)))
    try:
        window = await visit()
        await window.sign_in(ada, PASSWORD)
        site.clock.move(site.ports.policy.session_hours * 3600 - 1)
        assert await window.name() == ada
    finally:
        site.use(ports)
        site.clock.now = before


async def test_on_https_the_cookie_is_this_hosts_alone(visit, ada):
    window = await visit(scheme="https")
    response = await window.post("/app/session", login=ada, password=PASSWORD)
    name, _, flags = response.headers["set-cookie"].partition("=")
    assert name == "__Host-steelyard_session"
    assert "domain" not in flags.lower()
    await window.reload()
    assert await window.name() == ada
    token = window.http.cookies[name]
    gone = await window.delete("/app/session")
    dropped = gone.headers["set-cookie"]
    assert dropped.startswith('__Host-steelyard_session=""')
    assert "Secure" in dropped, "browsers take no cookie of the prefix without it, so they would not drop it either"
    tossed = await visit(scheme="https")
    await window.sign_in(ada, PASSWORD)
    tossed.http.cookies.set("steelyard_session", window.http.cookies[name], domain="site.test", path="/")
    assert await tossed.name() is None, "one that another host may have set does not count"
    assert token != window.http.cookies[name]


@pytest.mark.parametrize("path", ["/app/session", "/app/keys", "/app/no-such-route", "/ready", "/login", "/graphql"])
async def test_no_answer_is_to_be_taken_for_another_kind(visit, path):
    window = await visit()
    answer = await window.get(path)
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]


async def test_people_choose_longer_passwords_and_keep_what_they_have(site, visit):
    name = f"ada-{secrets.token_hex(4)}"
    await service.create_user(site.system, NewUser(name, password="8 chars!"))
    window = await visit()
    assert (await window.sign_in(name, "8 chars!")).status_code == 204
    short = await window.post("/app/password", current="8 chars!", new="11 chars...")
    assert short.status_code == 422
    assert "12 to 1024" in short.json()["error"]["message"]
    assert (await window.post("/app/password", current="8 chars!", new="12 chars.. !")).status_code == 204
    with pytest.raises(Invalid, match="8 to 1024"):
        await service.create_user(site.system, NewUser(f"{name}-x", password="7 chars"))


async def test_sessions_are_listed_and_ended_one_by_one(visit, ada):
    window, lost = await visit(), await visit()
    await window.sign_in(ada, PASSWORD)
    await lost.sign_in(ada, PASSWORD)
    listed = (await window.get("/app/sessions")).json()["sessions"]
    assert [item["current"] for item in listed].count(True) == 1
    (other,) = [item["id"] for item in listed if not item["current"]]
    assert (await window.delete(f"/app/sessions/{other}")).status_code == 204
    assert (await lost.name(), await window.name()) == (None, ada)
    assert (await window.delete(f"/app/sessions/{other}")).status_code == 404


async def test_nobody_ends_the_session_of_somebody_else(site, visit, ada):
    window, stranger = await visit(), await visit()
    await window.sign_in(ada, PASSWORD)
    eve = f"eve-{secrets.token_hex(4)}"
    await service.create_user(site.system, NewUser(eve, password=PASSWORD, is_admin=True))
    await stranger.sign_in(eve, PASSWORD)
    (mine,) = (await window.get("/app/sessions")).json()["sessions"]
    assert (await stranger.delete(f"/app/sessions/{mine['id']}")).status_code == 404
    assert await window.name() == ada


# ---- passwords ------------------------------------------------------------------------------------------------


async def test_a_new_password_ends_the_other_sessions(visit, ada):
    window, lost = await visit(), await visit()
    await window.sign_in(ada, PASSWORD)
    await lost.sign_in(ada, PASSWORD)
    assert (await window.post("/app/password", current=PASSWORD, new=OTHER_PASSWORD)).status_code == 204
    assert (await window.name(), await lost.name()) == (ada, None)
    assert (await lost.sign_in(ada, PASSWORD)).status_code == 401
    assert (await lost.sign_in(ada, OTHER_PASSWORD)).status_code == 204


@pytest.mark.parametrize(("current", "new"), [("wrong", OTHER_PASSWORD), (PASSWORD, "short"), (PASSWORD, "x" * 2000)])
async def test_a_password_stays_when_the_old_one_is_wrong_or_the_new_one_unfit(visit, ada, current, new):
    window = await visit()
    await window.sign_in(ada, PASSWORD)
    assert (await window.post("/app/password", current=current, new=new)).status_code in {409, 422}
    assert (await (await visit()).sign_in(ada, PASSWORD)).status_code == 204


async def test_a_password_given_by_an_administrator_ends_all_sessions(site, visit, ada):
    window = await visit()
    await window.sign_in(ada, PASSWORD)
    await service.set_password(site.system, ada, OTHER_PASSWORD)
    assert await window.name() is None


async def test_an_account_that_ended_has_no_sessions_no_keys_and_no_way_in(site, visit, ada):
    window = await visit()
    await window.sign_in(ada, PASSWORD)
    await service.delete_user(site.system, ada)
    assert await window.name() is None
    assert (await window.sign_in(ada, PASSWORD)).status_code == 401


# ---- guessing -------------------------------------------------------------------------------------------------


async def test_who_guesses_must_wait_and_nobody_else(site, visit, ada):
    guesser, owner = await visit(address="10.0.0.9"), await visit(address="10.0.0.1")
    for _ in range(throttle.FREE_ATTEMPTS):
        assert (await guesser.sign_in(ada, "a guess")).status_code == 401
    refused = await guesser.sign_in(ada, PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await owner.sign_in(ada, PASSWORD)).status_code == 204
    site.clock.move(int(refused.headers["Retry-After"]))
    assert (await guesser.sign_in(ada, PASSWORD)).status_code == 204


async def test_an_account_that_is_not_there_is_throttled_like_one_that_is(visit):
    guesser = await visit(address="10.0.0.8")
    name = f"nobody-{secrets.token_hex(4)}"
    codes = [(await guesser.sign_in(name, "a guess")).status_code for _ in range(throttle.FREE_ATTEMPTS + 1)]
    assert codes == [401] * throttle.FREE_ATTEMPTS + [429]


async def test_whoever_has_a_session_cannot_guess_the_password_either(visit, ada):
    window = await visit()
    await window.sign_in(ada, PASSWORD)
    codes = [
        (await window.post("/app/password", current=f"guess {number}", new=OTHER_PASSWORD)).status_code
        for number in range(throttle.FREE_ATTEMPTS + 1)
    ]
    assert codes == [409] * throttle.FREE_ATTEMPTS + [429]


# ---- keys -----------------------------------------------------------------------------------------------------


async def test_a_key_is_shown_once(visit, ada):
    window = await visit()
    await window.sign_in(ada, PASSWORD)
    made = (await window.post("/app/keys", name="laptop")).json()
    (listed,) = (await window.get("/app/keys")).json()["keys"]
    assert (listed["name"], listed["hint"]) == ("laptop", f"…{made['secret'][-4:]}")
    assert made["secret"] not in str(listed)


async def test_a_revoked_key_stops_working_within_the_time_it_is_remembered(site, user):
    made = (await user.send("POST", "/app/keys", {"name": ""})).body
    fresh = Caller(site, user.name, made["secret"])
    viewer = "{ viewer { username } }"
    assert (await fresh.graphql(viewer)).status == 200
    assert (await user.send("DELETE", f"/app/keys/{made['id']}")).status == 204
    assert identities.CACHE_TTL_S <= 5
    while (await fresh.graphql(viewer)).status == 200:
        pass
    assert (await fresh.graphql(viewer)).status == 401


async def test_nobody_revokes_the_key_of_somebody_else(site, user):
    made = (await user.send("POST", "/app/keys", {"name": ""})).body
    stranger = await site.user()
    assert (await stranger.send("DELETE", f"/app/keys/{made['id']}")).status == 404
