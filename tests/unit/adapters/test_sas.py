"""Signatures of Azure's URLs are those that Microsoft's `azure-storage-blob` makes for the same (`sv=2022-11-02`)."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from steelyard.adapters.objects.sas import ContainerSigner, Told
from steelyard.config.container_url import Container

KEY = base64.b64encode(b"\xfb\xff an account's key \xfb\xff").decode()
END = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def signer(root: str) -> ContainerSigner:
    container = Container("steelyardtest", "local-files", "", root, KEY)
    return ContainerSigner(container, clock=lambda: END - timedelta(seconds=60))


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_read_that_says_what_the_blob_is() -> None:
    told = Told("inline; filename*=UTF-8''x.png", "image/png")
    url = signer("https://files.test").blob("a b/ü%.txt", "r", 60, told=told)
    assert url.startswith("https://files.test/local-files/a%20b/%C3%BC%25.txt?")
    assert asked(url) == {
        "sv": "2022-11-02",
        "se": "2026-01-02T03:04:05Z",
        "sr": "b",
        "sp": "r",
        "spr": "https",
        "rscd": "inline; filename*=UTF-8''x.png",
        "rsct": "image/png",
        "sig": "2KtDci13Q2Mn8HH1sosvsaiAw5ajWvnmRssFUfkZKYk=",
    }


def test_a_write_without_tls() -> None:
    url = signer("http://127.0.0.1:10000/steelyardtest").blob("a b/ü%.txt", "cw", 60, query=[("X-User", "ada")])
    assert asked(url) == {
        "X-User": "ada",
        "sv": "2022-11-02",
        "se": "2026-01-02T03:04:05Z",
        "sr": "b",
        "sp": "cw",
        "sig": "Ovc8d/Uu0Dr/1JLL18sEoZQzzhARKVbK0icQXqCk26Q=",
    }


def test_questions_about_the_account() -> None:
    found = asked(signer("https://files.test").service([("comp", "properties")], 60))
    assert (found["ss"], found["srt"], found["sp"], found["comp"]) == ("b", "sc", "rwl", "properties")
    assert found["sig"] == "EFy1R1O5UU7JJ7/tB6u+Erjr+GYHT7Eob/1eO7fVrCc="
