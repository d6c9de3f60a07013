"""Alerts in Slack: who connects a channel, what goes there, what happens when Slack fails (docs/operate/slack.md)."""

import dataclasses
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from steelyard.adapters.slack.open import open_slack as open_app
from steelyard.config.groups.telling import SlackSettings
from steelyard.domains.alerts import slack_posts
from steelyard.domains.alerts.model import POSTS_MAX_PER_HOUR
from steelyard.domains.alerts.tables import slack_connections, slack_outbox
from steelyard.kernel.errors import Invalid
from tests.harness.site import Answer, Caller, Site
from tests.harness.slack import CLIENT_ID, CLIENT_SECRET, Slack, open_slack
from tests.slices.streamed import START
from tests.slices.test_alerts import send

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def slack() -> Iterator[Slack]:
    with open_slack() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def posting(site: Site, slack: Slack):
    """The site with a Slack app."""
    given = SlackSettings(CLIENT_ID, CLIENT_SECRET, slack.url, f"{slack.url}/api", f"{slack.url}/services")
    other = Site(dataclasses.replace(site.ports, slack=open_app(given)), site.clock)
    yield other
    await other.http.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def author(posting: Site) -> Caller:
    made = await posting.user()
    await made.graphql(START, name="r")
    return made


def path_of(entity: str) -> str:
    return f"/app/entities/{entity}/slack"


async def begin(caller: Caller, entity: str = "") -> Answer:
    return await caller.send("POST", path_of(entity or caller.name))


async def approve(caller: Caller, entity: str = "") -> tuple[str, str]:
    """Go to Slack as a browser does; return where it leads back to, and the cookie that the browser holds."""
    began = await caller.site.http.post(path_of(entity or caller.name), auth=("api", caller.key))
    assert began.status_code == 200, began.text
    caller.site.http.cookies.clear()
    async with httpx.AsyncClient() as browser:
        led = await browser.get(began.json()["url"])
    return led.headers["location"], began.headers["set-cookie"].partition(";")[0]


async def arrive(caller: Caller, where: str, cookie: str) -> httpx.Response:
    place = urlsplit(where)
    assert f"{place.scheme}://{place.netloc}{place.path}" == "http://site.test/slack/callback"
    auth = ("api", caller.key) if caller.key else None
    return await caller.site.http.get(f"{place.path}?{place.query}", auth=auth, headers={"cookie": cookie})


async def connect(caller: Caller, entity: str = "") -> None:
    answer = await arrive(caller, *await approve(caller, entity))
    assert answer.status_code == 303, answer.text


async def shown(caller: Caller, entity: str = "") -> dict:
    return (await caller.send("GET", path_of(entity or caller.name))).body["connection"]


async def post(site: Site) -> None:
    await slack_posts.send_due_posts(site.system)


async def add(admin: Caller, team: str, caller: Caller, role: str) -> None:
    answer = await admin.send("POST", f"/app/teams/{team}/members", {"username": caller.name, "role": role})
    assert answer.status == 204, answer.body
    await admin.site.settle(caller)


async def test_a_person_connects_a_channel_and_their_alerts_go_there(author, posting, slack):
    assert (await author.send("GET", path_of(author.name))).body == {"configured": True, "connection": None}
    await connect(author)
    found = await shown(author)
    assert (found["workspace"], found["channel"], found["by"]) == ("Lab", "#alerts", author.name)
    await send(author, "loss <!channel>", text="a & b\n<http://x.test|here>", severity="WARN")
    assert slack.messages == [], "nothing is posted before the commit"
    await post(posting)
    await post(posting)
    (message,) = slack.messages
    title, text, link, place = message.split("\n")
    assert title == "*[WARN] loss &lt;!channel&gt;*"
    assert (text, link) == ("a &amp; b", "&lt;http://x.test|here&gt;")
    assert place.startswith(f"<http://site.test/{author.name}/p/runs/r|")
    assert place.endswith(f"> ({author.name}/p)")
    assert (await author.send("DELETE", path_of(author.name))).status == 204
    await send(author, "after")
    await post(posting)
    assert len(slack.messages) == 1
    assert (await author.send("DELETE", path_of(author.name))).status == 404


async def test_the_address_of_a_channel_is_shown_and_stored_nowhere(author, posting, slack):
    await connect(author)
    await send(author, "t")
    slack.status, slack.said = 500, "down"
    await post(posting)
    everything = str(await shown(author))
    async with posting.ports.database.read() as conn:
        for table in (slack_connections, slack_outbox):
            everything += str((await conn.execute(select(table))).all())
    assert "down" in everything
    assert "secret-of-the-channel" not in everything


async def test_a_team_has_a_channel_that_its_administrators_connect(posting, slack):
    admin, member, viewer, outsider = [await posting.user() for _ in range(4)]
    team = await posting.team(admin, member=member, viewer=viewer)
    await admin.graphql(START, name="r", entity=team)
    for caller, status in ((member, 403), (viewer, 403), (outsider, 404), (posting.nobody(), 401)):
        assert (await begin(caller, team)).status == status
        assert (await caller.send("DELETE", path_of(team))).status == status
    await connect(admin, team)
    assert (await shown(viewer, team))["channel"] == "#alerts"
    assert (await outsider.send("GET", path_of(team))).status == 404
    await send(member, "of a member", team)
    await send(admin, "of the admin", team)
    await post(posting)
    assert sorted(message.split("\n")[0] for message in slack.messages) == [
        "*[INFO] of a member*",
        "*[INFO] of the admin*",
    ]
    document = """query I($name: String!) { entity(name: $name) { integrations(first: 10) {
        edges { node { __typename id ... on SlackIntegration { teamName channelName } } } } } }"""
    (edge,) = (await viewer.graphql(document, name=team)).data["entity"]["integrations"]["edges"]
    assert edge["node"] | {"id": ""} == {
        "__typename": "SlackIntegration",
        "id": "",
        "teamName": "Lab",
        "channelName": "#alerts",
    }


async def test_a_persons_channel_is_nobody_elses(posting, author):
    admin, other = await posting.user(admin=True), await posting.user()
    await connect(author)
    for caller in (admin, other):
        for method in ("GET", "POST", "DELETE"):
            assert (await caller.send(method, path_of(author.name))).status == 404, method
    document = "query I($name: String!) { entity(name: $name) { integrations { edges { node { id } } } } }"
    assert (await admin.graphql(document, name=author.name)).data["entity"]["integrations"]["edges"] == []
    bounded = await posting.key(author, rights="read")
    assert (await begin(bounded)).status == 403


async def test_an_approval_ends_only_where_it_began(posting, author, slack):
    other = await posting.user()
    where, cookie = await approve(author)
    name = cookie.partition("=")[0]
    for caller, brought, status in (
        (author, "", 400),
        (author, f"{name}=forged", 400),
        (other, cookie, 400),
        (posting.nobody(), cookie, 401),
    ):
        refused = await arrive(caller, where, brought)
        assert (refused.status_code, "Slack is not connected" in refused.text) == (status, True)
    wrong_state = await arrive(author, where.replace("state=", "state=x"), cookie)
    assert wrong_state.status_code == 400
    posting.clock.move(901)
    assert (await arrive(author, where, cookie)).status_code == 400
    assert (await shown(author), len(slack.codes)) == (None, 1), "the code was not even redeemed"


async def test_what_slack_refuses_connects_nothing_and_is_said(posting, author, slack):
    slack.approves = False
    cancelled = await arrive(author, *await approve(author))
    assert (cancelled.status_code, "cancelled at Slack" in cancelled.text) == (400, True)
    slack.approves = True
    where, cookie = await approve(author)
    spent = await arrive(author, where.replace("code-0", "code-9"), cookie)
    assert (spent.status_code, "invalid_code" in spent.text) == (400, True)
    slack.hooks_url = "http://elsewhere.test"
    elsewhere = await arrive(author, *await approve(author))
    assert (elsewhere.status_code, "does not speak to" in elsewhere.text) == (400, True)
    assert await shown(author) is None


async def test_who_may_no_longer_connect_a_team_does_not(posting, slack):
    admin, second = await posting.user(), await posting.user()
    team = await posting.team(admin)
    await add(admin, team, second, "admin")
    where, cookie = await approve(second, team)
    await add(admin, team, second, "viewer")
    assert (await arrive(second, where, cookie)).status_code == 403
    assert (await shown(admin, team), len(slack.codes)) == (None, 1)


async def test_slack_that_is_down_is_asked_again_and_the_settings_say_so(posting, author, slack):
    await connect(author)
    await send(author, "later")
    slack.status, slack.said = 503, "be\nback"
    for seconds, asked in ((0, 1), (20, 1), (11, 2), (40, 2), (21, 3)):
        posting.clock.move(seconds)
        await post(posting)
        assert slack.asked == asked
    found = await shown(author)
    assert (found["error"], found["goneAt"]) == ("Slack answers 503: be back", None)
    since = found["failingSince"]
    assert since is not None
    slack.status, slack.said = 429, "slow down"
    posting.clock.move(300)
    await post(posting)
    assert (await shown(author))["failingSince"] == since
    slack.status, slack.said = 200, "ok"
    posting.clock.move(600)
    await post(posting)
    found = await shown(author)
    assert (found["error"], found["failingSince"], len(slack.messages)) == (None, None, 1)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_channel_that_is_gone_is_marked_and_gets_nothing_more(posting, author, slack, status):
    await connect(author)
    for title in ("one", "two"):
        await send(author, title)
    slack.status, slack.said = status, "no_service"
    await post(posting)
    assert slack.asked == 1
    found = await shown(author)
    assert (found["error"], found["goneAt"] is not None) == (f"Slack answers {status}: no_service", True)
    await send(author, "three")
    posting.clock.move(7200)
    slack.status, slack.said = 200, "ok"
    await post(posting)
    assert (slack.asked, slack.messages) == (1, [])
    await connect(author)
    await send(author, "four")
    await post(posting)
    assert (len(slack.messages), (await shown(author))["goneAt"]) == (1, None)


async def test_a_message_that_is_refused_does_not_end_the_channel(posting, author, slack):
    await connect(author)
    await send(author, "bad")
    slack.status, slack.said = 400, "invalid_payload"
    await post(posting)
    slack.status, slack.said = 200, "ok"
    await send(author, "good")
    posting.clock.move(7200)
    await post(posting)
    assert [message.split("\n")[0] for message in slack.messages] == ["*[INFO] good*"]


async def test_people_choose_from_which_severity_on(posting, author, slack):
    await connect(author)
    await author.send("PATCH", "/app/alert-preferences", {"byMail": False, "leastSeverity": "ERROR"})
    for severity in ("INFO", "ERROR"):
        await send(author, severity.lower(), severity=severity)
    await post(posting)
    assert [message.split("\n")[0] for message in slack.messages] == ["*[ERROR] error*"]


async def test_a_channel_is_not_flooded(posting, author, slack):
    await connect(author)
    for number in range(POSTS_MAX_PER_HOUR + 5):
        await send(author, f"t{number}")
    for _ in range(5):
        await post(posting)
    assert len(slack.messages) == POSTS_MAX_PER_HOUR


async def test_connecting_is_told_in_the_audit_log(posting, author):
    admin = await posting.user(admin=True)
    team = await posting.team(admin)
    await connect(author)
    await connect(admin, team)
    await author.send("DELETE", path_of(author.name))
    lines = (await admin.send("GET", "/admin/audit_logs?startDate=2025-06-01&limit=9999")).body["audit_logs"]
    told = {(line["action"], line.get("entity_name"), line.get("user_asset")) for line in lines}
    viewer = (await author.graphql("{ viewer { id } }")).data["viewer"]["id"]
    assert {
        ("user:connect_slack", None, viewer),
        ("team:connect_slack", team, None),
        ("user:disconnect_slack", None, viewer),
    } <= told
    (line,) = [line for line in lines if line["action"] == "team:connect_slack" and line["entity_name"] == team]
    assert line["detail"] == {"workspace": "Lab", "channel": "#alerts"}
    assert "secret-of-the-channel" not in str(lines)


async def test_a_server_without_slack_offers_nothing(site):
    user = await site.user()
    assert (await user.send("GET", path_of(user.name))).body == {"configured": False, "connection": None}
    assert (await begin(user)).status == 409
    await post(site)


async def test_half_an_app_is_refused_at_the_start():
    assert open_app(SlackSettings()) is None
    with pytest.raises(Invalid, match="SLACK_SECRET"):
        open_app(SlackSettings(client_id="x"))
    with pytest.raises(Invalid, match="SLACK_CLIENT_ID"):
        open_app(SlackSettings(client_secret="x"))


async def test_the_approval_names_the_address_that_people_reach_the_server_at(site, posting, slack):
    policy = dataclasses.replace(site.ports.policy, public_url="https://wandb.example.org")
    public = Site(dataclasses.replace(posting.ports, policy=policy), site.clock)
    user = await public.user()
    asked = parse_qs(urlsplit((await begin(user)).body["url"]).query)
    assert asked["redirect_uri"] == ["https://wandb.example.org/slack/callback"]
    assert asked["scope"] == ["incoming-webhook"]
    await public.http.aclose()
