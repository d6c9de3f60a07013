"""How banners are read, and that wrong ones end the start with the reason."""

import json

import pytest

from steelyard.config.banners import BANNERS_MAX, TEXT_MAX, parse_banners
from steelyard.config.sources import load
from steelyard.kernel.banner import Banner
from steelyard.kernel.errors import Invalid


def test_they_come_in_the_order_given_and_only_a_message_is_needed() -> None:
    text = """{"z": {"type": "error", "heading": " Down ", "message": "at 18:00", "dismissable": true, "more": 1},
               "a": {"message": "<b>plain</b>"}}"""
    assert parse_banners(text) == (
        Banner("z", "error", "Down", "at 18:00", True),
        Banner("a", "info", "", "<b>plain</b>", False),
    )


@pytest.mark.parametrize("text", ["", " ", "{}"])
def test_there_may_be_none(text: str) -> None:
    assert parse_banners(text) == ()


WRONG = {
    "{'a': 1}": "cannot be read as JSON: Expecting property name",
    "[" * 100_000: "cannot be read as JSON",
    '{"a": {"message": "\\ud800"}}': "cannot be read as JSON",
    "[]": "must be a JSON object such as",
    "true": "must be a JSON object such as",
    '{"a": "text"}': "'a' must be a JSON object with a message",
    '{"a": {}}': "'a' has no message",
    '{"a": {"message": " "}}': "'a' has no message",
    '{"a": {"message": 1}}': "the message of the banner 'a' must be text",
    '{"a": {"message": "x", "heading": null}}': "the heading of the banner 'a' must be text",
    json.dumps({"a": {"message": "x" * (TEXT_MAX + 1)}}): f"text of {TEXT_MAX} characters at most",
    '{"a": {"message": "x", "type": "warn"}}': "one of info, warning, error, not 'warn'",
    '{"a": {"message": "x", "type": []}}': "one of info, warning, error, not []",
    '{"a": {"message": "x", "dismissable": "yes"}}': "true or false, not 'yes'",
    json.dumps({str(i): {"message": "x"} for i in range(BANNERS_MAX + 1)}): "10 at most can be shown",
}


@pytest.mark.parametrize("name", ["STEELYARD_SERVER_BANNERS", "BANNERS", "GORILLA_BANNERS"])
@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_wrong_ones_end_the_start_with_the_reason(name: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        load({}, {name: text})
    assert refused.value.message.startswith(f"{name}: ")
    assert WRONG[text] in refused.value.message


def test_the_name_of_wandb_server_is_honoured_in_silence() -> None:
    loaded = load({}, {"BANNERS": '{"a": {"message": "x"}}'})
    assert [banner.name for banner in parse_banners(loaded.settings.server.banners)] == ["a"]
    assert loaded.notes == ()
    assert load({}, {"BANNERS": ""}).settings.server.banners == ""
