"""Alerts that programs send: stored, held back, shown to the run's author, mailed (docs/guide/alerts.md)."""

import dataclasses

import pytest
import pytest_asyncio
from sqlalchemy import select

from steelyard.adapters.mail.smtp import open_mailer
from steelyard.config.groups.telling import MailSettings
from steelyard.context import Context
from steelyard.domains.accounts import queries
from steelyard.domains.alerts.model import MAILS_MAX_PER_HOUR, RUN_MAX_PER_HOUR
from steelyard.jobs import mail
from steelyard.jobs.outbox import LEASE_S
from tests.harness.post_office import open_post_office
from tests.harness.site import Site
from tests.slices.streamed import START

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTIFY = """mutation N($e: String!, $r: String!, $title: String!, $text: String!, $severity: AlertSeverity = INFO,
    $wait: Duration) { notifyScriptableRunAlert(input: {entityName: $e, projectName: "p", runName: $r, title: $title,
    text: $text, severity: $severity, waitDuration: $wait}) { success } }"""


async def send(caller, title, entity=None, *, text="words", wait=0, severity="INFO", run="r"):
    given = {"title": title, "text": text, "wait": wait, "severity": severity}
    return await caller.graphql(NOTIFY, e=entity or caller.name, r=run, **given)


async def titles(caller, run="r"):
    answer = await caller.send("GET", f"/app/runs/{caller.name}/p/{run}/alerts")
    return [alert["title"] for alert in answer.body["alerts"]]


@pytest_asyncio.fixture(loop_scope="module")
async def author(site, user):
    await user.graphql(START, name="r")
    return user


async def test_an_alert_is_kept_with_its_run(author):
    assert (await send(author, "loss – NaN", text="it was\nnot a number", severity="ERROR")).data
    (alert,) = (await author.send("GET", f"/app/runs/{author.name}/p/r/alerts")).body["alerts"]
    assert (alert["title"], alert["text"], alert["severity"]) == ("loss – NaN", "it was\nnot a number", "ERROR")
    assert (alert["entity"], alert["project"], alert["run"]) == (author.name, "p", "r")


async def test_a_title_is_not_repeated_within_its_wait(site, author):
    for seconds, title in ((0, "a"), (30, "a"), (29, "a"), (0, "b"), (2, "a"), (0, "a")):
        site.clock.move(seconds)
        assert (await send(author, title, wait=60_000)).data["notifyScriptableRunAlert"]["success"]
    assert await titles(author) == ["a", "b", "a"]
    for _ in range(2):
        await send(author, "a", wait=0)
    assert len(await titles(author)) == 5, "without a wait every one counts"


async def test_the_same_title_of_another_run_is_another_alert(author):
    await author.graphql(START, name="other")
    for run in ("r", "other"):
        await send(author, "same", run=run, wait=60_000)
    assert (await titles(author), await titles(author, "other")) == (["same"], ["same"])


async def test_a_run_that_sends_without_end_is_held_back(site, author):
    for number in range(RUN_MAX_PER_HOUR + 5):
        assert (await send(author, f"t{number}")).status == 200
    assert len(await titles(author)) == RUN_MAX_PER_HOUR
    site.clock.move(3601)
    await send(author, "an hour later")
    assert (await titles(author))[0] == "an hour later"


async def test_words_too_long_are_cut_for_a_program_must_not_fail_by_them(author):
    assert (await send(author, "t" * 300, text="x" * 20_000)).data
    (alert,) = (await author.send("GET", f"/app/runs/{author.name}/p/r/alerts")).body["alerts"]
    assert (len(alert["title"]), len(alert["text"])) == (255, 16_000)


async def test_the_inbox_shows_what_is_new(author):
    for title in ("one", "two", "three"):
        await send(author, title)
    inbox = (await author.send("GET", "/app/alerts")).body
    assert ([item["title"] for item in inbox["alerts"]], inbox["unread"]) == (["three", "two", "one"], 3)
    seen = inbox["alerts"][1]["id"]
    await author.send("POST", "/app/alerts/read", {"upTo": seen})
    await author.send("POST", "/app/alerts/read", {"upTo": seen - 1})
    assert (await author.send("GET", "/app/alerts")).body["unread"] == 1
    older = (await author.send("GET", f"/app/alerts?before={seen}")).body["alerts"]
    assert [item["title"] for item in older] == ["one"]
    for wrong in ("x", "-1", "9" * 19, "9" * 5000):
        assert (await author.send("GET", f"/app/alerts?before={wrong}")).status == 422
    assert (await author.send("POST", "/app/alerts/read", {"upTo": "x"})).status == 422


async def test_alerts_of_a_deleted_run_are_not_shown(author):
    await send(author, "gone")
    await author.send("DELETE", f"/app/runs/{author.name}/p/r")
    assert (await author.send("GET", "/app/alerts")).body == {"alerts": [], "unread": 0, "readUpTo": 0}
    assert (await send(author, "again")).status == 404


async def test_only_who_may_write_to_the_run_sends_and_only_its_author_is_told(site, author):
    admin, member, viewer, stranger = [await site.user() for _ in range(4)]
    team = await site.team(admin, member=member, viewer=viewer)
    await admin.graphql(START, name="r", entity=team)
    for caller, status in ((member, 200), (viewer, 403), (stranger, 404), (site.nobody(), 401)):
        assert (await send(caller, "t", team)).status == status, caller.name
    assert len((await admin.send("GET", "/app/alerts")).body["alerts"]) == 1
    assert (await member.send("GET", "/app/alerts")).body["alerts"] == []


# ---- mail -----------------------------------------------------------------------------------------------------


@pytest.fixture
def office():
    with open_post_office() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def mailing(site, office, author):
    """The author's address is known, and a mail server is set."""
    ports = dataclasses.replace(site.ports, mail=open_mailer(MailSettings(url=office.url, sender="s@site.test"), ""))
    other = Site(ports, site.clock)
    async with site.ports.database.write() as conn:
        found = await queries.find_user_by_name(conn, author.name)
        await queries.update_user(conn, found.id, email=f"{author.name}@people.test")
    yield dataclasses.replace(author, site=other)
    await other.http.aclose()


def system(caller) -> Context:
    return caller.site.system


async def test_an_alert_reaches_its_author_by_mail(mailing, office):
    await send(mailing, "loss\r\nBcc: x@y.test", text="ü\nline", severity="WARN")
    assert office.letters == [], "nothing is sent before the commit"
    await mail.send_due_mail(system(mailing))
    (letter,) = office.letters
    assert (letter["To"], letter["From"]) == (f"{mailing.name}@people.test", "s@site.test")
    assert letter["Subject"] == "[WARN] loss Bcc: x@y.test"
    assert letter["Bcc"] is None
    text = letter.get_content()
    assert "ü\nline" in text.replace("\r", "")
    assert f"http://site.test/{mailing.name}/p/runs/r" in text
    await mail.send_due_mail(system(mailing))
    assert len(office.letters) == 1


async def test_a_server_that_is_busy_is_asked_again_later_and_one_that_refuses_is_not(site, mailing, office):
    await send(mailing, "busy")
    office.answer = "450 later"
    for seconds, asked in ((0, 1), (20, 1), (11, 2), (40, 2), (21, 3)):
        site.clock.move(seconds)
        await mail.send_due_mail(system(mailing))
        assert office.asked == asked
    office.answer = ""
    site.clock.move(300)
    await mail.send_due_mail(system(mailing))
    assert [letter["Subject"] for letter in office.letters] == ["[INFO] busy"]
    await send(mailing, "refused")
    office.answer = "554 never"
    for _ in range(3):
        await mail.send_due_mail(system(mailing))
        site.clock.move(4000)
    assert office.asked == 5


async def test_a_server_that_is_not_there_costs_nothing_but_time(site, mailing, office):
    ports = dataclasses.replace(
        mailing.site.ports, mail=open_mailer(MailSettings(url="smtp://127.0.0.1:9", sender="s@site.test"), "")
    )
    await send(mailing, "later")
    await mail.send_due_mail(Context(ports=ports))
    site.clock.move(31)
    await mail.send_due_mail(system(mailing))
    assert [letter["Subject"] for letter in office.letters] == ["[INFO] later"]


async def test_what_somebody_else_is_sending_is_left_alone(site, mailing, office):
    """A process that took a message and died leaves it to others after a while."""
    await send(mailing, "taken")
    ctx = system(mailing)
    async with ctx.database.read() as conn:
        (item,) = [
            found for found in await mail.OUTBOX.list_due(conn, site.clock()) if "taken" in found.message.subject
        ]
    assert await mail.OUTBOX.take(ctx, item)
    assert not await mail.OUTBOX.take(ctx, item)
    await mail.send_due_mail(ctx)
    assert office.letters == []
    site.clock.move(LEASE_S + 1)
    await mail.send_due_mail(ctx)
    assert len(office.letters) == 1


async def test_people_choose_what_they_are_mailed(mailing, office):
    path = "/app/alert-preferences"
    assert (await mailing.send("GET", path)).body == {
        "byMail": True,
        "leastSeverity": "INFO",
        "mailConfigured": True,
    }
    await mailing.send("PATCH", path, {"leastSeverity": "WARN"})
    for severity in ("INFO", "WARN", "ERROR"):
        await send(mailing, f"first {severity}", severity=severity)
    await mailing.send("PATCH", path, {"byMail": False})
    await send(mailing, "second", severity="ERROR")
    await mail.send_due_mail(system(mailing))
    assert [letter["Subject"] for letter in office.letters] == ["[WARN] first WARN", "[ERROR] first ERROR"]
    assert len(await titles(mailing)) == 4, "the app shows all of them"
    assert (await mailing.send("PATCH", path, {"leastSeverity": "LOUD"})).status == 422
    assert (await mailing.send("PATCH", path, {"byMail": "yes"})).status == 422


async def test_nobody_is_flooded(mailing, office):
    for number in range(MAILS_MAX_PER_HOUR + 10):
        await send(mailing, f"t{number}")
    for _ in range(3):
        await mail.send_due_mail(system(mailing))
    assert len(office.letters) == MAILS_MAX_PER_HOUR


async def test_old_messages_are_forgotten(site, mailing, office):
    await send(mailing, "old")
    await mail.send_due_mail(system(mailing))
    site.clock.move(8 * 86_400)
    await mail.forget_old_mail(system(mailing))
    async with site.ports.database.read() as conn:
        assert (await conn.execute(select(mail.t.c.id).where(mail.t.c.state == "sent"))).all() == []
