"""Which requests are lines of the access log."""

from typing import Any

import pytest
import structlog

from steelyard.http.requests import Requests

ANSWERS = {"/healthz": 200, "/ready": 503, "/files/e/p/r/file_stream": 200}


async def _app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": ANSWERS[scope["path"]]})
    await send({"type": "http.response.body"})


@pytest.mark.parametrize(
    ("is_logged", "expected"), [(True, [("/ready", 503), ("/files/e/p/r/file_stream", 200)]), (False, [])]
)
async def test_probes_are_logged_when_they_fail_alone(is_logged: bool, expected: list[tuple[str, int]]) -> None:
    async def send(_message: Any) -> None: ...

    with structlog.testing.capture_logs() as lines:
        for path in ANSWERS:
            scope = {"type": "http", "method": "GET", "path": path, "headers": []}
            await Requests(_app, is_logged=is_logged)(scope, send, send)
    assert [(line["path"], line["status"]) for line in lines] == expected
