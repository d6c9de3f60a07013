"""The page that says why single sign-on has not signed anybody in, and what to do."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from steelyard.rest.plain_page import PlainPage


def failure_page(status: int, message: str, advice: str, *, request_id: str, next_path: str = "") -> Response:
    links = [(f"/oidc/login?next={quote(next_path)}", "Try again"), ("/login", "Other ways to sign in")]
    return PlainPage("You are not signed in", message, advice, links).answer(status, request_id)
