"""Whoever's password, address or key changes is written to, where there is a mail server."""

import dataclasses
import secrets
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage

import pytest
import pytest_asyncio

from steelyard.adapters.mail.smtp import open_mailer
from steelyard.config.groups.telling import MailSettings
from steelyard.domains.accounts import links, service
from steelyard.domains.accounts.service import NewUser
from steelyard.jobs import mail
from tests.harness.post_office import PostOffice, open_post_office
from tests.harness.server import PASSWORD
from tests.harness.site import Site
from tests.harness.visitor import open_visitor
from tests.slices.test_links import token_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHER = "another good password"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def mailing(site: Site, office: PostOffice) -> AsyncIterator[Site]:
    usual = site.ports
    mailer = open_mailer(MailSettings(url=office.url, sender="s@site.test"), "")
    site.use(dataclasses.replace(usual, mail=mailer))
    yield site
    site.use(usual)


async def person(site: Site) -> str:
    name = f"u{secrets.token_hex(4)}"
    await service.create_user(site.system, NewUser(name, f"{name}@people.test", password=PASSWORD))
    return name


async def delivered(site: Site, office: PostOffice, name: str) -> list[EmailMessage]:
    await mail.send_due_mail(site.system)
    return [letter for letter in office.letters if letter["To"] == f"{name}@people.test"]


async def test_a_new_password_is_told_to_its_owner(mailing: Site, office: PostOffice):
    name = await person(mailing)
    async with open_visitor(mailing) as window:
        assert (await window.post("/app/session", login=name, password=PASSWORD)).status_code == 204
        await window.reload()
        assert (await window.post("/app/password", current=PASSWORD, new=OTHER)).status_code == 204
    (letter,) = await delivered(mailing, office, name)
    assert letter["Subject"] == "The password of your account was changed on Steelyard"
    text = letter.get_content()
    assert f"Account: {name}" in text
    assert "When: 2025-06-01" in text
    assert "By: yourself" in text
    assert "http://site.test/settings" in text
    assert OTHER not in text


async def test_one_that_somebody_else_chose_says_who(mailing: Site, office: PostOffice):
    name = await person(mailing)
    await service.set_password(mailing.system, name, OTHER)
    made = await links.make_password_link(mailing.system, name)
    async with open_visitor(mailing) as window:
        done = await window.post("/app/link/follow", token=token_of(made.url), password=PASSWORD)
        assert done.status_code == 204
    told = [letter.get_content() for letter in await delivered(mailing, office, name)]
    told = [text for text in told if "password of your account was changed" in text]
    assert sorted(line for text in told for line in text.splitlines() if line.startswith("By:")) == [
        "By: somebody who had a link to do so",
        "By: whoever operates the server",
    ]


async def test_a_new_key_is_told_of_but_not_shown(mailing: Site, office: PostOffice):
    name = await person(mailing)
    async with open_visitor(mailing) as window:
        assert (await window.post("/app/session", login=name, password=PASSWORD)).status_code == 204
        await window.reload()
        made = await window.post("/app/keys", name="laptop")
        assert made.status_code == 200, made.text
    (letter,) = await delivered(mailing, office, name)
    assert letter["Subject"] == "An API key of your account was made on Steelyard"
    assert made.json()["secret"] not in letter.get_content()


async def test_a_new_address_is_told_to_the_old_one(mailing: Site, office: PostOffice):
    admin, name = await mailing.user(admin=True), await person(mailing)
    auth = ("api", admin.key)
    found = await mailing.http.get("/scim/Users", params={"filter": f'userName eq "{name}"'}, auth=auth)
    place = f"/scim/Users/{found.json()['Resources'][0]['id']}"
    change = {"op": "replace", "path": "emails", "value": [{"value": f"{name}@new.test", "primary": True}]}
    schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    done = await mailing.http.patch(place, json={"schemas": [schema], "Operations": [change]}, auth=auth)
    assert done.status_code == 200, done.text
    (letter,) = await delivered(mailing, office, name)
    assert letter["Subject"] == "The e-mail address of your account was changed on Steelyard"
    assert f"By: {admin.name}" in letter.get_content()


async def test_nothing_waits_where_there_is_no_mail_server(site: Site, office: PostOffice):
    name = await person(site)
    await service.set_password(site.system, name, OTHER)
    usual = site.ports
    site.use(dataclasses.replace(usual, mail=open_mailer(MailSettings(url=office.url, sender="s@site.test"), "")))
    try:
        assert await delivered(site, office, name) == []
    finally:
        site.use(usual)
