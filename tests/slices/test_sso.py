"""Single sign-on against a provider that says what each test wants: what is believed, and who becomes which account."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from joserfc import jwk

from steelyard.adapters.sso.oidc import OidcProvider
from steelyard.domains.accounts import links, people, queries, service, sso_attempts, teams, throttle
from steelyard.domains.accounts.model import Role
from steelyard.domains.accounts.service import NewUser
from tests.harness.engines import Engine
from tests.harness.forger import CLIENT, SECRET, Forger, new_key, open_forger
from tests.harness.server import PASSWORD
from tests.harness.site import Site, open_site
from tests.harness.visitor import Visitor, open_visitor
from tests.services.places import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")
ORIGIN = "http://site.test"
FORMS = {"OIDC_AUTH_METHOD": "implicit"}


@pytest.fixture(scope="module")
def forger() -> Any:
    with open_forger() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _sound(forger: Forger) -> None:
    """Each test begins with a provider that behaves."""
    forger.answers.clear()
    forger.metadata.clear()
    forger.userinfo.clear()
    forger.asked.clear()
    forger.forms.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(engine: Engine, forger: Forger, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    more = {"GORILLA_ENABLE_SSO_GROUP_CLAIMS": "true"}
    with engine.fresh() as env:
        async with open_site(tmp_path_factory.mktemp("site"), env | forger.settings | more) as opened:
            await opened.user(admin=True)
            yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def visit(site: Site) -> AsyncIterator[Callable[..., Any]]:
    async with AsyncExitStack() as stack:

        async def open_one(**options: str) -> Visitor:
            return await stack.enter_async_context(open_visitor(site, **options))

        yield open_one


def fresh() -> str:
    return f"p{secrets.token_hex(4)}"


def claims_of(site: Site, forger: Forger, login: str, **others: Any) -> dict[str, Any]:
    now = int(site.clock.now.timestamp())
    claims = {
        "iss": forger.issuer,
        "aud": CLIENT,
        "sub": f"subject-of-{login}",
        "iat": now,
        "exp": now + 300,
        "email": f"{login}@example.com",
        "email_verified": True,
        "name": login.title(),
        "preferred_username": login,
        "groups": [],
    }
    return {key: value for key, value in (claims | others).items() if value is not None}


async def depart(window: Visitor, next_path: str = "") -> dict[str, str]:
    """Begin to sign in; return what the provider is asked."""
    response = await window.get(f"/oidc/login?next={next_path}")
    assert response.status_code == 303, response.text
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


async def sign_on(site: Site, forger: Forger, window: Visitor, login: str, next_path: str = "", **others: Any) -> Any:
    """Go to the provider and come back as `login`; return the answer to coming back."""
    asked = await depart(window, next_path)
    claims = claims_of(site, forger, login, **({"nonce": asked["nonce"]} | others))
    forger.token = forger.sign(claims)
    return await window.get(f"/oidc/callback?code=c&state={asked['state']}")


def refused(response: httpx.Response, status: int, *texts: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("text/html")
    assert "steelyard_session" not in response.headers.get("set-cookie", "")
    for text in texts:
        assert text in response.text, response.text


# ---- the way there and back -----------------------------------------------------------------------------------


async def test_a_person_goes_to_the_provider_and_comes_back_signed_in(site, forger, visit):
    window, name = await visit(), fresh()
    response = await window.get("/oidc/login?next=/authorize%3Fref%3Dmodels")
    to = urlsplit(response.headers["location"])
    asked = {key: values[0] for key, values in parse_qs(to.query).items()}
    assert f"{to.scheme}://{to.netloc}{to.path}" == f"{forger.issuer}/auth"
    assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
    assert asked["redirect_uri"] == f"{ORIGIN}/oidc/callback"
    assert asked["scope"].split() == ["openid", "profile", "email"]
    assert asked["code_challenge_method"] == "S256"
    forger.token = forger.sign(claims_of(site, forger, name, nonce=asked["nonce"]))
    back = await window.get(f"/oidc/callback?code=the-code&state={asked['state']}")
    assert (back.status_code, back.headers["location"]) == (303, "/authorize?ref=models")
    session = await window.reload()
    assert (session["user"]["username"], session["user"]["email"]) == (name, f"{name}@example.com")
    (form,) = forger.forms
    digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert (form["code"], digest) == ("the-code", asked["code_challenge"])
    assert form["authorization"] == f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
    assert not [item for item in window.http.cookies if item.startswith("steelyard_sso")], "it is used up"


async def test_what_the_browser_keeps_meanwhile_is_sealed(visit):
    window = await visit()
    response = await window.get("/oidc/login")
    flags = response.headers["set-cookie"].lower()
    assert "httponly" in flags and "samesite=lax" in flags and "path=/oidc" in flags
    asked = parse_qs(urlsplit(response.headers["location"]).query)
    assert asked["nonce"][0] not in response.headers["set-cookie"]
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/%0d%0aX:1",
        "/%09/evil.test",
        "/a" * 600,
        "",
    ],
)
async def test_it_leads_nowhere_but_to_this_site(site, forger, visit, path):
    response = await sign_on(site, forger, await visit(), fresh(), next_path=path)
    assert response.headers["location"] == sso_attempts.HOME


async def test_two_windows_sign_in_at_once(site, forger, visit):
    window, name = await visit(), fresh()
    first, second = await depart(window, "/one"), await depart(window, "/two")
    for asked, path in ((second, "/two"), (first, "/one")):
        forger.token = forger.sign(claims_of(site, forger, name, nonce=asked["nonce"]))
        back = await window.get(f"/oidc/callback?code=c&state={asked['state']}")
        assert (back.status_code, back.headers["location"]) == (303, path)


async def test_it_may_end_at_another_process(site, forger, visit, engine):
    """Another assembly on the same database knows nothing of the one at which it began."""
    window, name = await visit(), fresh()
    asked = await depart(window)
    site.use(fresh_provider(site))
    other = await visit()
    other.http.cookies.update(window.http.cookies)
    forger.token = forger.sign(claims_of(site, forger, name, nonce=asked["nonce"]))
    assert (await other.get(f"/oidc/callback?code=c&state={asked['state']}")).status_code == 303
    assert await other.name() == name


@pytest.mark.parametrize("lost", ["cookie", "state", "time", "twice", "other state", "torn"])
async def test_an_answer_without_its_attempt_signs_nobody_in(site, forger, visit, lost):
    window, name = await visit(), fresh()
    asked, other = await depart(window), await depart(window)
    forger.token = forger.sign(claims_of(site, forger, name, nonce=asked["nonce"]))
    state, before = asked["state"], site.clock.now
    if lost == "cookie":
        window.http.cookies.clear()
    elif lost == "state":
        state = ""
    elif lost == "other state":
        window.http.cookies.set(
            sso_attempts.cookie_of(state),
            window.http.cookies[sso_attempts.cookie_of(other["state"])],
            domain="site.test",
            path="/oidc",
        )
    elif lost == "torn":
        window.http.cookies.set(sso_attempts.cookie_of(state), "gAAAAA", domain="site.test", path="/oidc")
    elif lost == "time":
        site.clock.move(sso_attempts.OPEN_FOR_S + 2)
    else:
        assert (await window.get(f"/oidc/callback?code=c&state={state}")).status_code == 303
    forger.asked.clear()
    answer = await window.get(f"/oidc/callback?code=c&state={state}")
    site.clock.now = before
    refused(answer, 400, "Begin again", "/oidc/login")
    assert "/token" not in forger.asked, "the provider is not troubled"


async def test_a_refusal_of_the_provider_is_shown_as_text(visit):
    window = await visit()
    asked = await depart(window)
    answer = await window.get(
        f"/oidc/callback?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E&state={asked['state']}"
    )
    refused(answer, 403, "&lt;script&gt;")
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("issuer", ["https://other.test", None])
async def test_the_answer_of_another_provider_is_not_taken(visit, forger, issuer, site):
    """RFC 9207: a provider that names itself in its answers does so always."""
    forger.metadata["authorization_response_iss_parameter_supported"] = True
    site.use(fresh_provider(site))
    window = await visit()
    asked = await depart(window)
    more = f"&iss={issuer}" if issuer else ""
    refused(await window.get(f"/oidc/callback?code=c&state={asked['state']}{more}"), 403, "another provider")


def fresh_provider(site: Site, **settings: Any) -> Any:
    """The ports of the site with a provider that has asked nothing yet."""
    assert isinstance(site.ports.sso, OidcProvider)
    return replace(site.ports, sso=OidcProvider(replace(site.ports.sso._settings, **settings)))


# ---- what the provider changes --------------------------------------------------------------------------------


async def test_what_the_provider_changes_is_carried_over(site, forger, visit):
    name, window = fresh(), await visit()
    await sign_on(site, forger, window, name)
    others = {"email": f"new-{name}@example.com", "name": "Another Name"}
    await sign_on(site, forger, await visit(), name, **others)
    session = await window.reload()
    assert (session["user"]["email"], session["user"]["name"]) == (others["email"], "Another Name")
    assert session["user"]["username"] == name


async def test_what_was_changed_here_stays_until_the_provider_changes_it(site, forger, visit):
    name, window = fresh(), await visit()
    await sign_on(site, forger, window, name)
    await window.reload()
    await window.send("PATCH", "/app/profile", {"name": "As I Like It", "email": f"own-{name}@example.com"})
    await sign_on(site, forger, await visit(), name)
    session = await window.reload()
    assert (session["user"]["name"], session["user"]["email"]) == ("As I Like It", f"own-{name}@example.com")


@pytest.mark.parametrize("why", ["unverified", "taken", "none", "unfit"])
async def test_an_address_that_cannot_be_theirs_is_not_carried_over(site, forger, visit, why):
    name, window = fresh(), await visit()
    await sign_on(site, forger, window, name)
    taken = await service.create_user(site.system, NewUser(fresh(), f"{fresh()}@example.com"))
    others = {
        "unverified": {"email": f"new-{name}@example.com", "email_verified": False},
        "taken": {"email": taken.email},
        "none": {"email": None},
        "unfit": {"email": "no address"},
    }[why]
    answer = await sign_on(site, forger, await visit(), name, **others)
    assert answer.status_code == 303, answer.text
    assert (await window.reload())["user"]["email"] == f"{name}@example.com"


# ---- tokens of every sort -------------------------------------------------------------------------------------

DAY = 86_400
BAD = {
    "of another issuer": ({"iss": "https://evil.test"}, "evil.test"),
    "without issuer": ({"iss": None}, "cannot be trusted"),
    "for another client": ({"aud": "somebody-else"}, "another client"),
    "for nobody": ({"aud": None}, "another client"),
    "for several, not said for whom": ({"aud": [CLIENT, "other"]}, "another client"),
    "for several, made for the other": ({"aud": [CLIENT, "other"], "azp": "other"}, "another client"),
    "over": ({"iat": -DAY, "exp": -300}, "seconds ago"),
    "not yet": ({"iat": 300}, "another 300 seconds"),
    "not before": ({"nbf": 300}, "another 300 seconds"),
    "without end": ({"exp": None}, "exp"),
    "without birth": ({"iat": None}, "iat"),
    "with a text as end": ({"exp": "tomorrow"}, "exp"),
    "of another attempt": ({"nonce": "another"}, "another attempt"),
    "without nonce": ({"nonce": None}, "another attempt"),
    "with a number as nonce": ({"nonce": 1}, "another attempt"),
    "of nobody": ({"sub": None}, "nobody"),
    "of a number": ({"sub": 7}, "nobody"),
    "of an endless subject": ({"sub": "x" * 300}, "nobody"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_token_with_a_bad_claim_signs_nobody_in(site, forger, visit, case):
    changed, text = BAD[case]
    now = int(site.clock.now.timestamp())
    for name in ("iat", "exp", "nbf"):
        if isinstance(changed.get(name), int):
            changed = changed | {name: now + changed[name]}
    window = await visit()
    asked = await depart(window)
    forger.token = forger.sign(claims_of(site, forger, fresh(), **({"nonce": asked["nonce"]} | changed)))
    refused(await window.get(f"/oidc/callback?code=c&state={asked['state']}"), 403, text)
    assert await window.name() is None


def _none(forger: Forger, claims: dict[str, Any]) -> str:
    head, body = (
        base64.urlsafe_b64encode(json.dumps(x).encode()).rstrip(b"=").decode() for x in ({"alg": "none"}, claims)
    )
    return f"{head}.{body}."


def _public_as_secret(forger: Forger, claims: dict[str, Any]) -> str:
    """HS256 by the provider's public key, which everybody has."""
    header = {"alg": "HS256", "kid": forger.keys[0].kid}
    signed = ".".join(base64.urlsafe_b64encode(json.dumps(x).encode()).rstrip(b"=").decode() for x in (header, claims))
    mac = hmac.digest(forger.keys[0].as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _client_secret(forger: Forger, claims: dict[str, Any]) -> str:
    return forger.sign(claims, jwk.import_key(SECRET.encode(), "oct"), alg="HS256", kid=None)


def _stranger(forger: Forger, claims: dict[str, Any]) -> str:
    return forger.sign(claims, new_key(), kid=forger.keys[0].kid)


def _own_key_inside(forger: Forger, claims: dict[str, Any]) -> str:
    key = new_key()
    return forger.sign(claims, key, kid=None, jwk=key.as_dict(private=False))


def _changed(forger: Forger, claims: dict[str, Any]) -> str:
    head, _, signature = forger.sign(claims).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "the boss"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def _critical(forger: Forger, claims: dict[str, Any]) -> str:
    head, body, _ = forger.sign(claims).split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "crit": ["x"], "x": 1}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.AAAA"


FORGED = [_none, _public_as_secret, _client_secret, _stranger, _own_key_inside, _changed, _critical]


@pytest.mark.parametrize(
    "forge", [*FORGED, "", "a.b.c", "{}", "ä.ö.ü", "." * 50, "e30.e30.e30", "x" * 100_000], ids=range(14)
)
async def test_a_token_that_the_provider_has_not_signed_signs_nobody_in(site, forger, visit, forge):
    window = await visit()
    asked = await depart(window)
    claims = claims_of(site, forger, fresh(), nonce=asked["nonce"])
    forger.token = forge(forger, claims) if callable(forge) else forge
    refused(await window.get(f"/oidc/callback?code=c&state={asked['state']}"), 403, "cannot be trusted")
    assert await window.name() is None


@pytest.mark.parametrize("kind", ["RSA", "EC"])
async def test_new_keys_of_the_provider_are_fetched_when_a_token_names_them(site, forger, visit, kind, monkeypatch):
    await sign_on(site, forger, await visit(), fresh())
    monkeypatch.setattr("steelyard.adapters.sso.discovery.KEYS_AGAIN_S", 0.0)
    forger.keys = [new_key(kind)]
    window, name = await visit(), fresh()
    asked = await depart(window)
    claims = claims_of(site, forger, name, nonce=asked["nonce"])
    forger.token = forger.sign(claims, alg={"RSA": "PS256", "EC": "ES256"}[kind])
    assert (await window.get(f"/oidc/callback?code=c&state={asked['state']}")).status_code == 303
    forger.rotate()
    assert (await sign_on(site, forger, await visit(), fresh())).status_code == 303


async def test_tokens_with_unknown_keys_do_not_make_us_fetch_and_fetch(site, forger, visit):
    await sign_on(site, forger, await visit(), fresh())
    before = forger.asked.count("/jwks")
    for _ in range(5):
        window = await visit()
        asked = await depart(window)
        forger.token = forger.sign(claims_of(site, forger, fresh(), nonce=asked["nonce"]), new_key())
        refused(await window.get(f"/oidc/callback?code=c&state={asked['state']}"), 403)
    assert forger.asked.count("/jwks") <= before + 1


async def test_a_clock_that_is_a_little_off_is_forgiven(site, forger, visit):
    now = int(site.clock.now.timestamp())
    for times in ({"iat": now + 50}, {"iat": now - 400, "exp": now - 50}, {"nbf": now + 50}):
        assert (await sign_on(site, forger, await visit(), fresh(), **times)).status_code == 303


# ---- a provider that fails ------------------------------------------------------------------------------------

DISCOVERY = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("path", "status", "body", "expected", "text"),
    [
        (DISCOVERY, 500, b"", 503, "answers 500"),
        (DISCOVERY, 404, b"", 502, "answers 404"),
        (DISCOVERY, 200, b"<html>", 502, "calls itself"),
        (DISCOVERY, 200, b'{"issuer": "https://evil.test"}', 502, "OIDC_ISSUER"),
        (DISCOVERY, 200, b"x" * (2 << 20), 502, "longer than"),
    ],
    ids=range(5),
)
async def test_a_provider_that_cannot_be_used_is_told_of_at_the_start(
    site, forger, visit, path, status, body, expected, text
):
    site.use(fresh_provider(site))
    forger.answers[path] = (status, body)
    refused(await (await visit()).get("/oidc/login"), expected, text)


@pytest.mark.parametrize(
    ("path", "status", "body", "expected", "text"),
    [
        ("/token", 500, b"", 503, "answers 500"),
        ("/token", 400, b'{"error": "invalid_grant"}', 403, "does not know the code"),
        ("/token", 401, b'{"error": "invalid_client"}', 502, "OIDC_CLIENT_SECRET"),
        ("/token", 200, b"{}", 502, "no token"),
        ("/token", 200, b"[]", 502, "no token"),
        ("/jwks", 500, b"", 503, "answers 500"),
        ("/jwks", 200, b"{}", 502, "keys"),
        ("/jwks", 200, b'{"keys": [1, {}, {"kty": "RSA"}]}', 403, "cannot be trusted"),
    ],
    ids=range(8),
)
async def test_a_provider_that_fails_midway(site, forger, visit, path, status, body, expected, text):
    site.use(fresh_provider(site))
    forger.answers[path] = (status, body)
    answer = await sign_on(site, forger, await visit(), fresh())
    refused(answer, expected, text)
    assert SECRET not in answer.text


async def test_a_provider_that_is_not_there(site, visit):
    site.use(fresh_provider(site, issuer=f"http://127.0.0.1:{free_port()}"))
    answer = await (await visit()).get("/oidc/login?next=/here")
    refused(answer, 503, "cannot be reached", "next=/here")


@pytest.fixture(autouse=True)
def _same_ports(site: Site) -> Any:
    """Whatever provider or policy a test had, the next has the one of the module."""
    before = site.ports
    yield
    if site.ports is not before:
        site.use(before)


async def test_who_brings_wrong_codes_must_wait(site, forger, visit):
    forger.answers["/token"] = (400, b'{"error": "invalid_grant"}')
    window = await visit(address="10.0.0.7")
    for _ in range(throttle.FREE_ATTEMPTS):
        refused(await sign_on(site, forger, window, fresh()), 403)
    assert (await sign_on(site, forger, window, fresh())).status_code == 429
    forger.answers.clear()
    assert (await sign_on(site, forger, await visit(address="10.0.0.6"), fresh())).status_code == 303


async def test_claims_that_are_told_only_when_asked_for(site, forger, visit):
    """Some providers put the address into the answer of the userinfo endpoint, not into the token."""
    window, name = await visit(), fresh()
    forger.userinfo |= {"sub": f"subject-of-{name}", "email": f"{name}@example.com", "email_verified": True}
    assert (await sign_on(site, forger, window, name, email=None, email_verified=None)).status_code == 303
    assert (await window.reload())["user"]["email"] == f"{name}@example.com"
    forger.userinfo["sub"] = "somebody else"
    refused(await sign_on(site, forger, await visit(), fresh(), email=None), 403, "no e-mail address")


async def test_a_token_that_comes_as_a_form(site, forger, visit):
    site.use(fresh_provider(site, method="implicit"))
    window, name = await visit(scheme="https"), fresh()
    response = await window.get("/oidc/login?next=/there")
    flags = response.headers["set-cookie"].lower()
    assert "samesite=none" in flags and "secure" in flags
    asked = {key: values[0] for key, values in parse_qs(urlsplit(response.headers["location"]).query).items()}
    assert (asked["response_type"], asked["response_mode"]) == ("id_token", "form_post")
    token = forger.sign(claims_of(site, forger, name, nonce=asked["nonce"]))
    for origin in ("null", "https://login.test"):  # as a provider's page sends it
        form = {"id_token": token, "state": asked["state"]}
        back = await window.http.post("/oidc/callback", data=form, headers={"Origin": origin})
        if origin == "null":
            assert (back.status_code, back.headers["location"]) == (303, "/there")
            assert await window.name() == name
        else:
            refused(back, 400, "Begin again")
    assert "/token" not in forger.asked


async def test_a_form_that_somebody_else_made_signs_nobody_in(site, forger, visit):
    """An attacker has a good token of their own and makes a visitor's browser post it."""
    site.use(fresh_provider(site, method="implicit"))
    attacker, victim = await visit(scheme="https"), await visit(scheme="https")
    asked = await depart(attacker)
    token = forger.sign(claims_of(site, forger, fresh(), nonce=asked["nonce"]))
    form = {"id_token": token, "state": asked["state"]}
    refused(await victim.http.post("/oidc/callback", data=form, headers={"Origin": "null"}), 400)
    for body in (b"", b"\xff\xfe", b"state=" + b"x" * (1 << 20)):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await victim.http.post("/oidc/callback", content=body, headers=headers)).status_code in {400, 413}


# ---- whose account it is --------------------------------------------------------------------------------------


async def account(site: Site, name: str, **values: Any) -> None:
    await service.create_user(site.system, NewUser(name, f"{name}@example.com", password=PASSWORD, **values))


async def test_the_same_person_is_the_same_account_whatever_they_are_called(site, forger, visit):
    name, first, later = fresh(), await visit(), await visit()
    await sign_on(site, forger, first, name)
    await sign_on(site, forger, later, name, email=f"{fresh()}@example.com", preferred_username=fresh())
    assert await first.name() == await later.name() == name
    other = await visit()
    answer = await sign_on(site, forger, other, name, sub=f"SUBJECT-OF-{name}", email=f"{fresh()}@example.com")
    assert answer.status_code == 303
    assert await other.name() != name, "subjects are told apart letter by letter"


async def test_an_account_that_is_there_is_found_by_its_verified_address(site, forger, visit):
    name, window = fresh(), await visit()
    await account(site, name)
    assert (await sign_on(site, forger, window, name, email=f"{name.upper()}@Example.com")).status_code == 303
    assert await window.name() == name
    assert (await (await visit()).sign_in(name, PASSWORD)).status_code == 204, "the password stays good"


@pytest.mark.parametrize("verified", [False, None, "false", 1, "yes"])
async def test_an_address_that_is_not_verified_gives_no_account_away(site, forger, visit, verified):
    name, window = fresh(), await visit()
    await account(site, name, is_admin=True)
    refused(await sign_on(site, forger, window, name, email_verified=verified), 403, "email_verified")
    assert await window.name() is None
    site.use(fresh_provider(site, trust_email=True))
    assert (await sign_on(site, forger, await visit(), name, email_verified=verified)).status_code == 303


async def test_an_address_that_somebody_has_written_there_does_not_make_it_theirs(site, forger, visit):
    """Who names another's address in time would otherwise have that person's sign-on end in an account of theirs."""
    eve, victim, window = await site.user(), fresh(), await visit()
    assert (await eve.send("PATCH", "/app/profile", {"email": f"{victim}@example.com"})).status == 204
    refused(await sign_on(site, forger, window, victim), 403, eve.name, "confirm-email")
    await people.confirm_address(site.system, eve.name)
    assert (await sign_on(site, forger, window, victim)).status_code == 303
    assert await window.name() == eve.name


async def test_new_accounts_take_the_name_of_the_address_or_the_providers(site, forger, visit):
    taken, window = fresh(), await visit()
    await account(site, taken)
    await sign_on(site, forger, window, taken, email=f"{taken}@other.example.com", preferred_username="x y/z")
    assert str(await window.name()).startswith(f"{taken}-")
    site.use(
        replace(site.ports, policy=replace(site.ports.policy, sso=replace(site.ports.policy.sso, provider_names=True)))
    )
    wanted, window = fresh(), await visit()
    await sign_on(site, forger, window, fresh(), preferred_username=f"{wanted}@corp/x")
    assert await window.name() == f"{wanted}-corp-x"


async def test_who_has_no_account_is_turned_away_where_none_are_made(site, forger, visit):
    policy = replace(site.ports.policy, sso=replace(site.ports.policy.sso, provisioning=False))
    site.use(replace(site.ports, policy=policy))
    window, name = await visit(), fresh()
    refused(await sign_on(site, forger, window, name), 403, f"{name}@example.com")
    await account(site, name)
    assert (await sign_on(site, forger, window, name)).status_code == 303
    admin, invited = await site.user(), fresh()
    team = await site.team(admin)
    await links.invite(site.system, team, f"{invited}@example.com", Role.VIEWER)
    refused(await sign_on(site, forger, window, invited, email_verified=False), 403)
    assert (await sign_on(site, forger, window, invited)).status_code == 303
    members = {item.user.username: item.role for item in await service_members(site, team)}
    assert members[invited] is Role.VIEWER
    assert await links.list_invitations(site.system, team) == []


async def service_members(site: Site, team: str) -> Any:
    async with site.ports.database.read() as conn:
        found = await queries.find_entity(conn, team)
        assert found is not None
        return await queries.list_team_members(conn, found.id)


async def test_an_account_that_was_ended_stays_out_until_it_is_restored(site, forger, visit):
    name, window = fresh(), await visit()
    await sign_on(site, forger, window, name)
    await people.deactivate_user(site.system, name)
    assert await window.name() is None
    refused(await sign_on(site, forger, window, name), 403, "ended")
    refused(await sign_on(site, forger, window, name, sub="another subject"), 403, "ended")
    await people.restore_user(site.system, name)
    assert (await sign_on(site, forger, window, name)).status_code == 303


async def test_who_has_no_address_is_told_so(site, forger, visit):
    for email in (None, "", "no address", 7):
        refused(await sign_on(site, forger, await visit(), fresh(), email=email), 403, "e-mail address")


async def test_a_new_person_in_several_windows_at_once_is_one_account(site, forger, visit):
    name, windows = fresh(), [await visit() for _ in range(6)]
    asked = [await depart(window) for window in windows]
    site.use(fresh_provider(site, method="implicit"))  # the token comes along, so that each has its own
    tokens = [forger.sign(claims_of(site, forger, name, nonce=item["nonce"])) for item in asked]
    windows = [await open_like(visit, window) for window in windows]
    forms = [{"id_token": token, "state": item["state"]} for token, item in zip(tokens, asked, strict=True)]
    answers = await asyncio.gather(
        *(window.http.post("/oidc/callback", data=form) for window, form in zip(windows, forms, strict=True))
    )
    assert {answer.status_code for answer in answers} == {303}
    assert {await window.name() for window in windows} == {name}


async def open_like(visit: Callable[..., Any], window: Visitor) -> Visitor:
    again = await visit()
    again.http.cookies.update(window.http.cookies)
    return again


# ---- groups ---------------------------------------------------------------------------------------------------


async def roles(site: Site, team: str, name: str) -> Role | None:
    return {item.user.username: item.role for item in await service_members(site, team)}.get(name)


async def test_groups_let_into_teams_and_out_again(site, forger, visit):
    admin, name, window = await site.user(), fresh(), await visit()
    one, two, by_hand = [await site.team(admin) for _ in range(3)]
    await sign_on(site, forger, window, name, groups=[one, two, "no-such-team", admin.name, 7, ""])
    assert [await roles(site, team, name) for team in (one, two, by_hand)] == [Role.MEMBER, Role.MEMBER, None]
    await teams.set_member(site.system, by_hand, name, Role.VIEWER)
    await teams.set_member(site.system, two, name, Role.ADMIN)
    await sign_on(site, forger, window, name, groups=[two, by_hand])
    assert [await roles(site, team, name) for team in (one, two, by_hand)] == [None, Role.ADMIN, Role.VIEWER]
    await sign_on(site, forger, window, name, groups=None)  # as providers say that there are none
    assert [await roles(site, team, name) for team in (one, two, by_hand)] == [None, None, Role.VIEWER]


async def test_groups_that_are_not_told_change_nothing(site, forger, visit):
    admin, name, window = await site.user(), fresh(), await visit()
    team = await site.team(admin)
    await sign_on(site, forger, window, name, groups=[team])
    await sign_on(site, forger, window, name, groups=None, _claim_names={"groups": "src1"})
    assert await roles(site, team, name) is Role.MEMBER
    site.use(fresh_provider(site, group_claims=False))
    await sign_on(site, forger, await visit(), name, groups=[])
    assert await roles(site, team, name) is Role.MEMBER


async def test_the_last_administrator_of_a_team_stays_without_the_group(site, forger, visit):
    admin, name, window = await site.user(), fresh(), await visit()
    team = await site.team(admin)
    await sign_on(site, forger, window, name, groups=[team])
    await teams.set_member(site.system, team, name, Role.ADMIN)
    await teams.set_member(site.system, team, admin.name, Role.MEMBER)
    assert (await sign_on(site, forger, window, name, groups=[])).status_code == 303
    assert await roles(site, team, name) is Role.ADMIN


async def test_who_was_taken_out_and_let_in_by_hand_stays_without_the_group(site, forger, visit):
    admin, name, window = await site.user(), fresh(), await visit()
    team = await site.team(admin)
    await sign_on(site, forger, window, name, groups=[team])
    async with site.ports.database.read() as conn:
        user = await queries.find_user_by_name(conn, name)
    assert user is not None
    await teams.remove_member(site.system, team, user.id)
    await teams.set_member(site.system, team, name, Role.MEMBER)
    await sign_on(site, forger, window, name, groups=[])
    assert await roles(site, team, name) is Role.MEMBER


# ---- passwords, and going -------------------------------------------------------------------------------------


async def test_passwords_can_be_switched_off(site, forger, visit):
    name, window = fresh(), await visit()
    await account(site, name)
    shown = await window.reload()
    assert (shown["signOn"], shown["passwords"]) == ({"label": "SSO"}, True)
    policy = replace(site.ports.policy, signup_open=True, sso=replace(site.ports.policy.sso, only_way=True))
    site.use(replace(site.ports, policy=policy))
    window = await visit()
    shown = await window.reload()
    assert (shown["passwords"], shown["signupOpen"]) == (False, False)
    assert (await window.sign_in(name, PASSWORD)).status_code == 403
    new = {"username": fresh(), "email": "x@example.com", "password": PASSWORD}
    assert (await window.post("/app/signup", **new)).status_code == 403
    made = await links.make_password_link(site.system, name)
    token = made.url.partition("token=")[2]
    assert (await window.post("/app/link/follow", token=token, username="", password=PASSWORD)).status_code == 403
    assert (await sign_on(site, forger, window, name)).status_code == 303


async def test_signing_out_leads_to_the_provider_where_it_offers_that(site, forger, visit):
    window, name = await visit(), fresh()
    await sign_on(site, forger, window, name)
    await window.reload()
    assert (await window.delete("/app/session")).status_code == 204
    forger.metadata["end_session_endpoint"] = f"{forger.issuer}/end"
    site.use(fresh_provider(site))
    window = await visit()
    await sign_on(site, forger, window, name)
    await window.reload()
    to = urlsplit((await window.delete("/app/session")).json()["next"])
    asked = {key: values[0] for key, values in parse_qs(to.query).items()}
    assert asked["id_token_hint"] == forger.token
    assert asked["post_logout_redirect_uri"] == f"{ORIGIN}/logout"
    assert await window.name() is None


async def test_no_log_line_holds_what_signs_in(site, forger, visit, capfd):
    window, name = await visit(), fresh()
    asked = await depart(window)
    forger.token = forger.sign(claims_of(site, forger, name, nonce=asked["nonce"]))
    await window.get(f"/oidc/callback?code=the-secret-code&state={asked['state']}")
    forger.answers["/token"] = (401, b'{"error": "invalid_client"}')
    refused(await sign_on(site, forger, window, name), 502)
    logged = "".join(capfd.readouterr())
    assert name in logged
    for secret in (SECRET, "the-secret-code", forger.token, asked["nonce"], asked["state"], "an-access-token"):
        assert secret not in logged


async def test_there_is_no_such_way_in_where_there_is_no_provider(site, visit):
    site.use(replace(site.ports, sso=None))
    window = await visit()
    assert (await window.reload())["signOn"] is None
    for path in ("/oidc/login", "/oidc/callback?code=x&state=y"):
        assert (await window.get(path)).status_code == 404
