"""A Slack app: approval by OAuth (https://docs.slack.dev/authentication/installing-with-oauth), incoming webhooks.

Speaks to the configured addresses only, through the proxy that the environment names; certificates are checked by what
this process trusts. The address of a webhook is a secret and stands in no message.
"""

from __future__ import annotations

import ssl
from typing import Any, NoReturn
from urllib.parse import urlencode

import httpx

from steelyard.config.groups.telling import SlackSettings
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Unavailable
from steelyard.ports.slack import ApprovalFailed, ChannelGone, PostRefused, Webhook

SCOPE = "incoming-webhook"
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_ANSWER_MAX = 256 << 10
_SHOWN_MAX = 200
_GONE = {httpx.codes.NOT_FOUND, httpx.codes.GONE}
_AGAIN = "Begin again; if it fails again, ask the administrator of this server."


class SlackApp:
    def __init__(self, settings: SlackSettings) -> None:
        self._id, self._secret = settings.client_id, settings.client_secret
        self._site, self._api, self._hooks = (
            url.rstrip("/") for url in (settings.url, settings.api_url, settings.hooks_url)
        )
        self._trust = ssl.create_default_context()

    def approval_url(self, state: str, callback: str) -> str:
        asked = {"client_id": self._id, "scope": SCOPE, "redirect_uri": callback, "state": state}
        return f"{self._site}/oauth/v2/authorize?{urlencode(asked)}"

    async def introduce(self) -> str:
        """Return what Slack says to an app that brings no good code: it names what it does not like first."""
        form = {"client_id": self._id, "client_secret": self._secret, "code": "none"}
        status, content = await self._ask(f"{self._api}/oauth.v2.access", data=form)
        return _shown(str(jsontext.loads_object(content).get("error") or f"status {status}"))

    async def redeem(self, code: str, callback: str) -> Webhook:
        form = {"client_id": self._id, "client_secret": self._secret, "code": code, "redirect_uri": callback}
        try:
            status, content = await self._ask(f"{self._api}/oauth.v2.access", data=form)
        except Unavailable as error:
            raise ApprovalFailed(error.message, _AGAIN) from error
        if status != httpx.codes.OK:
            raise ApprovalFailed(f"Slack answers {status}", _AGAIN)
        found = jsontext.loads_object(content)
        if found.get("ok") is not True:
            raise ApprovalFailed(f"Slack says: {_shown(str(found.get('error') or 'nothing that can be read'))}", _AGAIN)
        return self._webhook(found)

    def _webhook(self, found: dict[str, Any]) -> Webhook:
        hook, team = found.get("incoming_webhook"), found.get("team")
        hook, team = (part if isinstance(part, dict) else {} for part in (hook, team))
        url, channel, workspace = hook.get("url"), hook.get("channel"), team.get("name")
        if not (isinstance(url, str) and isinstance(channel, str) and channel):
            raise ApprovalFailed(
                "Slack approved no channel",
                f"Ask the administrator of this server: the Slack app needs the scope `{SCOPE}`.",
            )
        if not self._is_ours(url):
            raise ApprovalFailed(
                "Slack named a channel at an address that this server does not speak to",
                "Ask the administrator of this server: STEELYARD_SLACK_HOOKS_URL is where Slack takes messages.",
            )
        return Webhook(workspace if isinstance(workspace, str) else "", channel, url)

    async def post(self, url: str, text: str) -> None:
        if not self._is_ours(url):
            raise PostRefused("the channel was approved at another address than the settings name now; connect again")
        status, content = await self._ask(url, json={"text": text, "unfurl_links": False, "unfurl_media": False})
        said = f"Slack answers {status}: {_shown(content.decode(errors='replace'))}"
        if status in _GONE:
            raise ChannelGone(said)
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unavailable(said)
        if status != httpx.codes.OK:
            raise PostRefused(said)

    def _is_ours(self, url: str) -> bool:
        return url.startswith(f"{self._hooks}/")

    async def _ask(self, url: str, **body: Any) -> tuple[int, bytes]:
        try:
            async with (
                httpx.AsyncClient(timeout=_TIMEOUT, verify=self._trust) as client,
                client.stream("POST", url, **body) as answer,
            ):
                return answer.status_code, await _read(answer)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            _not_reached(url, error)


async def _read(answer: httpx.Response) -> bytes:
    content = b""
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > _ANSWER_MAX:
            raise Unavailable("Slack's answer is too long")
    return content


def _shown(text: str) -> str:
    return " ".join(text.split())[:_SHOWN_MAX]


def _not_reached(url: str, error: Exception) -> NoReturn:
    host = httpx.URL(url).host
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        raise Unavailable(
            f"the certificate of {host} cannot be checked (an authority of one's own: STEELYARD_SERVER_AUTHORITIES)"
        ) from error
    raise Unavailable(f"{host} cannot be reached") from error
