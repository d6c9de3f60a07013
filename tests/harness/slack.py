"""The other side of Slack on loopback: approves channels, redeems codes, keeps the messages that it is given."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET = "111.222", "the secret of the app"


@dataclass
class Slack:
    """`status` and `said` are what messages are answered; `names` is what the app is told of the approved channel."""

    url: str = ""
    messages: list[str] = field(default_factory=list)
    asked: int = 0
    status: int = 200
    said: str = "ok"
    approves: bool = True
    codes: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=lambda: {"team": "Lab", "channel": "#alerts"})
    hooks_url: str = ""

    @property
    def env(self) -> dict[str, str]:
        """What a server is told so that it speaks to this one."""
        return {
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_SECRET": CLIENT_SECRET,
            "STEELYARD_SLACK_URL": self.url,
            "STEELYARD_SLACK_API_URL": f"{self.url}/api",
            "STEELYARD_SLACK_HOOKS_URL": f"{self.url}/services",
        }

    def approve(self, asked: dict[str, str]) -> str:
        """Return where the browser is led back to."""
        assert (asked["client_id"], asked["scope"]) == (CLIENT_ID, "incoming-webhook"), asked
        if not self.approves:
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked["redirect_uri"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def redeem(self, form: dict[str, str]) -> dict[str, Any]:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return {"ok": False, "error": "bad_client_secret"}
        if self.codes.pop(form.get("code", ""), None) != form.get("redirect_uri"):
            return {"ok": False, "error": "invalid_code"}
        hook = f"{self.hooks_url or self.url}/services/T1/B1/secret-of-the-channel"
        return {
            "ok": True,
            "access_token": "xoxb-unused",
            "team": {"id": "T1", "name": self.names["team"]},
            "incoming_webhook": {"channel": self.names["channel"], "channel_id": "C1", "url": hook},
        }


@contextlib.contextmanager
def open_slack() -> Iterator[Slack]:
    slack = Slack()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: Any) -> None:
            pass

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if place.path != "/oauth/v2/authorize":
                return self._answer(404, b"")
            asked = {name: values[0] for name, values in parse_qs(place.query).items()}
            return self._answer(302, b"", Location=slack.approve(asked))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/api/oauth.v2.access":
                form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                return self._answer(200, json.dumps(slack.redeem(form)).encode())
            if self.path != "/services/T1/B1/secret-of-the-channel":
                return self._answer(404, b"no_service")
            slack.asked += 1
            if slack.status == 200:
                slack.messages.append(json.loads(body)["text"])
            return self._answer(slack.status, slack.said.encode())

        def _answer(self, status: int, content: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    slack.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
