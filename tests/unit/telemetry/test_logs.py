"""What a line of the log looks like, and what never stands in one."""

import json
from collections.abc import Iterator

import pytest
import structlog

from steelyard.telemetry.logs import configure_logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_a_line_for_collectors_is_one_object_with_the_names_they_look_for(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", json=True)
    structlog.get_logger().info("request", request_id="ab", method="GET", path="/é", status=200, dur_ms=1.5, user="me")
    (line,) = capsys.readouterr().err.splitlines()
    found = json.loads(line)
    assert list(found)[:3] == ["ts", "level", "msg"]
    assert found.pop("ts").endswith("Z")
    assert found == {
        "level": "info",
        "msg": "request",
        "request_id": "ab",
        "method": "GET",
        "path": "/é",
        "status": 200,
        "dur_ms": 1.5,
        "user": "me",
    }


def test_a_failure_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", json=True)
    structlog.get_logger().error("it failed", value=object, exc_info=ValueError("two\nlines"))
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: two\nlines" in json.loads(line)["exception"]


def test_people_read_text(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("warning", json=False)
    structlog.get_logger().info("too quiet")
    structlog.get_logger().warning("heard", name="x")
    assert "heard" in (said := capsys.readouterr().err)
    assert "name=x" in said
    structlog.get_logger().warning("once", path="/a b\n2026 [error] forged", why="", user=None)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(r"path='/a b\n2026 [error] forged' why=''")
    assert "too quiet" not in said


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "mysql://user:hunter2@host/name",
        "cannot read s3://key:hunter2@host:9000/bucket?tls=true",
        "smtp://me:hunter2@mail",
        "https://b.example.org/key?X-Amz-Signature=hunter2&x=1",
        "/storage/key?method=GET&signature=hunter2",
        "?X-Amz-Credential=hunter2%2F2026&X-Amz-Security-Token=hunter2",
    ],
)
def test_accounts_and_signatures_are_blotted_out(text: str, as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", json=as_json)
    structlog.get_logger().info("told", what=text)
    structlog.get_logger().error(text, exc_info=OSError(text))
    said = capsys.readouterr().err
    assert "hunter2" not in said
    assert "***" in said
