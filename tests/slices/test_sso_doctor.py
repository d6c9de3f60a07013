"""`steelyard doctor --only sso`: each fault of a provider, or of what the settings say of it, is named with its fix."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from steelyard.doctor.examination import examine
from steelyard.doctor.findings import Level
from steelyard.kernel import clock
from tests.harness.forger import SECRET, Forger, open_forger

WELL = {"HOST": "https://wandb.example.org"}
GRANT = (400, b'{"error": "invalid_grant"}')


@pytest.fixture
def forger() -> Iterator[Forger]:
    with open_forger() as opened:
        opened.answers["/token"] = GRANT
        yield opened


async def look(env: dict[str, str]) -> dict[str, Any]:
    found = [finding async for finding in examine({}, env, ["sso"])]
    assert not [item for item in found if SECRET in item.as_text()], "a secret is shown"
    return {item.id: item for item in found}


async def test_all_is_well(forger):
    found = await look(forger.settings | WELL)
    assert [(name, item.level) for name, item in found.items()] == [
        ("sso.redirect", Level.INFO),
        ("sso.provider", Level.OK),
        ("sso.keys", Level.OK),
        ("sso.clock", Level.OK),
        ("sso.client", Level.OK),
    ]
    assert "https://wandb.example.org/oidc/callback" in found["sso.redirect"].seen
    (form,) = forger.forms
    assert form["redirect_uri"] == "https://wandb.example.org/oidc/callback"


async def test_none_is_set():
    found = await look({})
    assert found["sso.provider"].level is Level.INFO


@pytest.mark.parametrize(
    ("env", "id_", "level", "text"),
    [
        ({"HOST": ""}, "sso.redirect", Level.WARN, "HOST"),
        ({"HOST": "http://w.example.org", "OIDC_AUTH_METHOD": "implicit"}, "sso.redirect", Level.FAIL, "https"),
        ({"OIDC_CLIENT_ID": ""}, "sso.settings", Level.FAIL, "OIDC_CLIENT_ID"),
        ({"LOCAL_RESTORE": "true"}, "sso.restore", Level.WARN, "LOCAL_RESTORE"),
        ({"OIDC_ISSUER": "http://idp.invalid"}, "sso.encryption", Level.WARN, "https"),
        ({"OIDC_ISSUER": "http://127.0.0.1:9"}, "sso.provider", Level.FAIL, "cannot be reached"),
    ],
    ids=range(6),
)
async def test_a_setting_that_is_wrong(forger, env, id_, level, text):
    found = (await look(forger.settings | WELL | env))[id_]
    assert found.level is level
    assert text in found.as_text()


@pytest.mark.parametrize(
    ("path", "answer", "id_", "text"),
    [
        ("/.well-known/openid-configuration", (200, b'{"issuer": "https://evil.test"}'), "sso.provider", "OIDC_ISSUER"),
        ("/jwks", (200, b'{"keys": [{"kty": "oct", "k": "AAAA"}]}'), "sso.keys", "RS256"),
        ("/jwks", (404, b""), "sso.keys", "404"),
        ("/token", (401, b'{"error": "invalid_client"}'), "sso.client", "OIDC_CLIENT_SECRET"),
        ("/token", (503, b""), "sso.client", "503"),
    ],
    ids=range(5),
)
async def test_a_provider_that_is_wrong(forger, path, answer, id_, text):
    forger.answers[path] = answer
    found = (await look(forger.settings | WELL))[id_]
    assert found.level is Level.FAIL
    assert text in found.as_text()


async def test_a_clock_that_is_off(forger, monkeypatch):
    monkeypatch.setattr("steelyard.doctor.sso.utc_now", lambda: clock.utc_now() + timedelta(minutes=5))
    found = (await look(forger.settings | WELL))["sso.clock"]
    assert found.level is Level.FAIL
    assert json.dumps(found.as_json())
