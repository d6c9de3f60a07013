"""Identity federation: which signed tokens count, for whom, and what the access token opens."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from steelyard.context import FederationPolicy
from steelyard.domains.accounts import federation, issuer_queries, people, proof_queries, queries, service
from steelyard.domains.accounts.service import NewUser
from steelyard.kernel.errors import Conflict, Denied, Invalid, NotFound
from tests.harness.engines import Engine
from tests.harness.forger import Forger, new_key, open_forger
from tests.harness.site import Caller, Site, open_site

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
VIEWER = "{ viewer { username } }"


@pytest.fixture(scope="module")
def forger() -> Any:
    with open_forger() as opened:
        # a provider for programs alone has no page to sign in at
        opened.metadata["authorization_endpoint"] = None
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(engine: Engine, forger: Forger, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    with engine.fresh() as env:
        async with open_site(tmp_path_factory.mktemp("site"), env) as opened:
            await opened.user(admin=True)
            await federation.add_issuer(opened.system, forger.issuer, "", by_email=True)
            yield opened


def claims_of(site: Site, forger: Forger, subject: str, **others: Any) -> dict[str, Any]:
    now = int(site.clock.now.timestamp())
    claims = {"iss": forger.issuer, "aud": "wandb", "sub": subject, "iat": now, "exp": now + 300}
    return {name: value for name, value in (claims | others).items() if value is not None}


async def show(site: Site, token: str, **form: Any) -> Any:
    """Exchange a token as the client does."""
    return await site.http.post("/oidc/token", data={"grant_type": GRANT, "assertion": token} | form)


async def granted(site: Site, forger: Forger, subject: str, **others: Any) -> Caller:
    answer = await show(site, forger.sign(claims_of(site, forger, subject, **others)))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert answer.headers["cache-control"] == "no-store"
    return Caller(site, subject, body["access_token"])


def refused(answer: Any, text: str, code: str = "invalid_grant") -> None:
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] == code, answer.text
    assert text in answer.json()["error_description"], answer.text


async def ask(caller: Caller, document: str = VIEWER) -> Any:
    headers = {"Authorization": f"Bearer {caller.key}"}
    return await caller.site.http.post("/graphql", json={"query": document}, headers=headers)


async def person(site: Site) -> str:
    name = f"p{secrets.token_hex(4)}"
    await service.create_user(site.system, NewUser(name, f"{name}@example.org"))
    return name


# ---- who is meant ---------------------------------------------------------------------------------------------


async def test_a_bound_service_account_logs_by_a_token(site, forger):
    team = await site.team(await site.user(admin=True))
    robot = await site.service_account(team)
    subject = f"repo:{team}:ref:refs/heads/main"
    await federation.bind_subject(site.system, forger.issuer, subject, robot.name)
    caller = await granted(site, forger, subject)
    assert (await ask(caller)).json()["data"]["viewer"]["username"] == robot.name
    given = f'{{entityName: "{team}", modelName: "p", name: "r"}}'
    document = f"mutation {{ upsertBucket(input: {given}) {{ bucket {{ id }} }} }}"
    assert "errors" not in (await ask(caller, document)).json()
    rows = {"files": {"wandb-history.jsonl": {"offset": 0, "content": ['{"_step": 0, "a": 1}']}}}
    headers = {"Authorization": f"Bearer {caller.key}"}
    answer = await site.http.post(f"/files/{team}/p/r/file_stream", json=rows, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("way", ["subject", "claim"])
async def test_a_person_is_named_by_their_address(site, forger, way):
    name = await person(site)
    address = f"{name}@example.org"
    given = {"email": address, "email_verified": True} if way == "claim" else {}
    caller = await granted(site, forger, address.upper() if way == "subject" else f"id-of-{name}", **given)
    assert (await ask(caller)).json()["data"]["viewer"]["username"] == name


async def test_an_address_counts_only_where_it_is_certain(site, forger):
    name = await person(site)
    claims = claims_of(site, forger, f"id-of-{name}", email=f"{name}@example.org")
    refused(await show(site, forger.sign(claims)), "no account is bound")
    async with site.ports.database.write() as conn:
        user = await queries.find_user_by_name(conn, name)
        await queries.update_user(conn, user.id, email_unproven=True)
    refused(await show(site, forger.sign(claims_of(site, forger, f"{name}@example.org"))), "no account is bound")


async def test_an_issuer_that_knows_no_addresses_names_nobody_by_them(site):
    name = await person(site)
    with open_forger() as other:
        await federation.add_issuer(site.system, other.issuer, "", by_email=False)
        refused(await show(site, other.sign(claims_of(site, other, f"{name}@example.org"))), "no account is bound")
        await federation.bind_subject(site.system, other.issuer, f"{name}@example.org", name)
        assert (await granted(site, other, f"{name}@example.org")).key


async def test_who_signs_in_by_the_same_provider_is_known_already(site, forger):
    name = await person(site)
    await federation.bind_subject(site.system, forger.issuer, f"sub-{name}", name)
    with pytest.raises(Conflict):
        await federation.bind_subject(site.system, forger.issuer, f"sub-{name}", name)
    assert (await ask(await granted(site, forger, f"sub-{name}"))).json()["data"]["viewer"]["username"] == name


async def test_an_ended_account_is_not_let_in(site, forger):
    name = await person(site)
    caller = await granted(site, forger, f"{name}@example.org")
    await people.deactivate_user(site.system, name)
    refused(await show(site, forger.sign(claims_of(site, forger, f"{name}@example.org"))), "no account")
    assert (await ask(caller)).status_code == 401


# ---- which tokens count ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ({"aud": "another"}, "not for"),
        ({"aud": None}, "not for"),
        ({"aud": []}, "not for"),
        ({"exp": 1}, "is over"),
        ({"exp": None}, "no usable exp"),
        ({"exp": "tomorrow"}, "no usable exp"),
        ({"exp": True}, "no usable exp"),
        ({"nbf": 4_000_000_000}, "not good yet"),
        ({"iat": 4_000_000_000}, "not good yet"),
        ({"sub": None}, "names nobody"),
        ({"sub": ""}, "names nobody"),
        ({"sub": "x" * 300}, "names nobody"),
        ({"sub": "nobody@example.org"}, "no account is bound"),
        ({"iss": "https://evil.test"}, "knows no issuer"),
        ({"iss": None}, "names no issuer"),
        ({"iss": 7}, "names no issuer"),
    ],
    ids=range(16),
)
async def test_claims_that_do_not_count(site, forger, claims, text):
    name = await person(site)
    token = forger.sign(claims_of(site, forger, f"{name}@example.org", **claims))
    refused(await show(site, token), text)


@pytest.mark.parametrize("audience", ["wandb", ["x", "wandb"], "http://site.test", "$organization"])
async def test_audiences_that_count(site, forger, audience):
    if audience == "$organization":
        audience = await site.organization(await site.user(admin=True))
    name = await person(site)
    assert (await granted(site, forger, f"{name}@example.org", aud=audience)).key


async def test_an_issuer_may_have_an_audience_of_its_own(site):
    name = await person(site)
    with open_forger() as other:
        await federation.add_issuer(site.system, other.issuer, "our-cluster", by_email=True)
        subject = f"{name}@example.org"
        refused(await show(site, other.sign(claims_of(site, other, subject))), "not for our-cluster")
        assert (await granted(site, other, subject, aud="our-cluster")).key
        ports, policy = site.ports, replace(site.ports.policy, federation=FederationPolicy(any_audience=True))
        site.use(replace(site.ports, policy=policy))
        assert (await granted(site, other, subject, aud="whatever")).key
        site.use(ports)


@pytest.mark.parametrize("fault", ["key", "alg", "none", "torn", "text", "payload", "long"])
async def test_a_signature_that_does_not_count(site, forger, fault):
    name = await person(site)
    claims = claims_of(site, forger, f"{name}@example.org")
    good = forger.sign(claims)
    head, body, signature = good.split(".")
    other = new_key()
    token = {
        "key": lambda: forger.sign(claims, other),
        "alg": lambda: forger.sign(claims, new_key(), kid=forger.keys[0].kid),
        "none": lambda: f"eyJhbGciOiJub25lIn0.{body}.",
        "torn": lambda: f"{head}.{body}.{signature[:-8]}",
        "text": lambda: "no token",
        "payload": lambda: f"{head}.{body[:-2]}.{signature}",
        "long": lambda: good + "x" * 40_000,
    }[fault]()
    assert (await show(site, token)).status_code == 400
    assert (await show(site, good)).status_code == 200


async def test_new_keys_of_the_issuer_are_fetched(site):
    name = await person(site)
    with open_forger() as other:
        await federation.add_issuer(site.system, other.issuer, "", by_email=True)
        assert (await granted(site, other, f"{name}@example.org")).key
        reader: Any = site.ports.federation
        other.rotate()
        reader._known[other.issuer]._keys._since -= 60  # as a minute later
        assert (await granted(site, other, f"{name}@example.org")).key


async def test_an_issuer_that_is_down_is_no_refusal(site):
    """Clients try again what is answered 503, and never what is answered 400."""
    with open_forger() as other:
        await federation.add_issuer(site.system, other.issuer, "", by_email=True)
        other.answers["/jwks"] = (503, b"")
        answer = await show(site, other.sign(claims_of(site, other, "x@example.org")))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2"), answer.text


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"assertion": ""}, "invalid_request"),
    ],
)
async def test_a_form_that_asks_for_something_else(site, form, code):
    answer = await show(site, "x.y.z", **form)
    assert (answer.status_code, answer.json()["error"]) == (400, code)
    answer = await site.http.post("/oidc/token", json={"grant_type": GRANT, "assertion": "x"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


# ---- what it opens --------------------------------------------------------------------------------------------


async def test_an_access_token_ends(site, forger):
    name = await person(site)
    caller = await granted(site, forger, f"{name}@example.org")
    assert (await ask(caller)).status_code == 200
    before = site.clock.now
    site.clock.move(3601)
    try:
        assert (await ask(caller)).status_code == 401
        await granted(site, forger, f"{name}@example.org")  # which clears away what is over
        async with site.ports.database.read() as conn:
            assert await issuer_queries.list_ended_tokens(conn, site.clock.now, 10) == []
    finally:
        site.clock.now = before


async def test_it_makes_nothing_that_outlives_it(site, forger):
    name = await person(site)
    async with site.ports.database.write() as conn:
        user = await queries.find_user_by_name(conn, name)
        await queries.update_user(conn, user.id, is_admin=True)
    caller = await granted(site, forger, f"{name}@example.org")
    made = await ask(caller, "mutation { generateApiKey(input: {}) { apiKey { name } } }")
    assert "bounded" in made.text
    headers = {"Authorization": f"Bearer {caller.key}"}
    assert (await site.http.get("/scim/Users", headers=headers)).status_code == 403
    assert (await site.http.get("/app/admin/users", headers=headers)).status_code == 403


async def test_it_is_no_key_that_its_owner_finds_in_the_list(site, forger):
    name = await person(site)
    await granted(site, forger, f"{name}@example.org")
    async with site.ports.database.read() as conn:
        user = await queries.find_user_by_name(conn, name)
        assert await proof_queries.list_keys(conn, user.id) == []


async def test_removing_an_issuer_ends_its_tokens(site):
    name = await person(site)
    with open_forger() as other:
        await federation.add_issuer(site.system, other.issuer, "", by_email=True)
        first, second = [await granted(site, other, f"{name}@example.org") for _ in range(2)]
        assert (await ask(first)).status_code == 200
        await federation.remove_issuer(site.system, other.issuer)
        assert (await ask(second)).status_code == 401
        refused(await show(site, other.sign(claims_of(site, other, f"{name}@example.org"))), "knows no issuer")


async def test_unbinding_a_subject_ends_its_tokens(site, forger):
    name = await person(site)
    await federation.bind_subject(site.system, forger.issuer, f"sub-{name}", name)
    caller = await granted(site, forger, f"sub-{name}")
    await federation.unbind_subject(site.system, forger.issuer, f"sub-{name}")
    assert (await ask(caller)).status_code == 401
    refused(await show(site, forger.sign(claims_of(site, forger, f"sub-{name}"))), "no account is bound")
    with pytest.raises(NotFound):
        await federation.unbind_subject(site.system, forger.issuer, f"sub-{name}")


async def test_it_is_told_to_the_audit_log(site, forger):
    name, admin = await person(site), await site.user(admin=True)
    await granted(site, forger, f"{name}@example.org")
    answer = await admin.send("GET", "/admin/audit_logs?startDate=2025-01-01&limit=20000&numDays=400")
    (line,) = [line for line in answer.body["audit_logs"] if line["action"] == "user:login" and name in str(line)]
    assert forger.issuer in str(line)
    assert "server:add_issuer" in {line["action"] for line in answer.body["audit_logs"]}


# ---- administrators -------------------------------------------------------------------------------------------


NO_ISSUERS = ["", "login", "http://login.example.org", "ftp://x", "https://x?y", "https://" + "x" * 300]


@pytest.mark.parametrize("issuer", NO_ISSUERS)
async def test_an_issuer_that_is_none(site, issuer):
    with pytest.raises(Invalid):
        await federation.add_issuer(site.system, issuer, "", by_email=False)


async def test_only_administrators_say_who_counts(site, forger):
    user = await site.user()
    ctx = replace(site.system, identity=replace(site.system.identity, is_admin=False))
    for refused_ in (
        federation.add_issuer(ctx, "https://x.example.org", "", by_email=True),
        federation.remove_issuer(ctx, forger.issuer),
        federation.bind_subject(ctx, forger.issuer, "x", user.name),
        federation.unbind_subject(ctx, forger.issuer, "x"),
        federation.list_issuers(ctx),
    ):
        with pytest.raises(Denied):
            await refused_
    with pytest.raises(Conflict):
        await federation.add_issuer(site.system, forger.issuer, "", by_email=True)
    with pytest.raises(NotFound):
        await federation.bind_subject(site.system, "https://absent.example.org", "x", user.name)


async def test_administrators_do_all_of_it_in_the_console(site: Site, forger: Forger):
    operator, person = await site.user(admin=True), await site.user()
    path, other = "/app/admin/federation", f"https://{secrets.token_hex(4)}.example.org"
    made = await operator.send("POST", path, {"issuer": other, "audience": "us", "byEmail": False})
    assert made.status == 200
    assert (await operator.send("POST", path, {"issuer": other})).status == 409
    for unfit in (
        {"issuer": "http://elsewhere.example.org"},
        {"issuer": "https://["},
        {"issuer": ""},
        {"issuer": other, "byEmail": "yes"},
    ):
        assert (await operator.send("POST", path, unfit)).status == 422
    assert (await person.send("GET", path)).status == 403

    async def shown() -> dict[str, Any]:
        body = (await operator.send("GET", path)).body
        assert (body["anyAudience"], body["tokenSeconds"]) == (False, 3600)
        return {item["issuer"]: item for item in body["issuers"]}

    assert (await shown())[other] == {
        "id": made.body["id"],
        "issuer": other,
        "audience": "us",
        "byEmail": False,
        "subjects": [],
        "moreSubjects": False,
    }
    ours, subject = (await shown())[forger.issuer]["id"], f"repo:{secrets.token_hex(4)}"
    bind = {"subject": subject, "username": person.name}
    assert (await operator.send("POST", f"{path}/{ours}/subjects", bind)).status == 204
    assert (await operator.send("POST", f"{path}/{ours}/subjects", bind)).status == 409
    absent = await operator.send("POST", f"{path}/{ours}/subjects", bind | {"username": "nobody-here", "subject": "y"})
    assert absent.status == 404
    bound = {item["subject"]: item for item in (await shown())[forger.issuer]["subjects"]}[subject]
    assert bound["username"] == person.name
    program = await granted(site, forger, subject)
    assert (await program.graphql(VIEWER)).data["viewer"]["username"] == person.name
    # of another issuer the binding is none
    assert (await operator.send("DELETE", f"{path}/{made.body['id']}/subjects/{bound['id']}")).status == 404
    assert (await operator.send("DELETE", f"{path}/{ours}/subjects/{bound['id']}")).status == 204
    site.use(site.ports)  # keys are remembered for some seconds
    assert (await program.graphql(VIEWER)).status == 401
    assert (await operator.send("DELETE", f"{path}/{made.body['id']}")).status == 204
    assert (await operator.send("DELETE", f"{path}/{made.body['id']}")).status == 404
    assert other not in await shown()
