"""The routes of single sign-on, for browsers themselves: each answers by leading on, or by a page that says why not."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from steelyard.context import Context
from steelyard.domains.accounts import sso
from steelyard.domains.accounts.cookies import set_session
from steelyard.domains.accounts.sso_attempts import OPEN_FOR_S, cookie_of, safe_next
from steelyard.domains.accounts.sso_page import failure_page
from steelyard.kernel.errors import TooMany
from steelyard.ports.sso import ProviderFailed, SignOnFailed
from steelyard.rest.routes import RouteTable

log = structlog.get_logger()
routes = RouteTable()
_COOKIE_PATH = "/oidc"
# An ID token with many groups is some 20 KB.
FORM_MAX = 256 << 10
_FIELDS_MAX = 20


@routes.get("/oidc/login")
async def begin(ctx: Context, request: Request) -> Response:
    """Lead to the provider; `next` is where to go afterwards."""
    next_path = safe_next(request.query_params.get("next"))
    try:
        departure = await sso.begin(ctx, next_path)
    except SignOnFailed as error:
        return _failed(ctx, error, next_path)
    response = _leading_to(departure.url)
    # browsers bring a cookie along from another site's form only if it is marked secure, which localhost may be as well
    elsewhere = departure.from_other_site
    response.set_cookie(
        departure.sealed.cookie,
        departure.sealed.value,
        max_age=OPEN_FOR_S,
        path=_COOKIE_PATH,
        secure=elsewhere or request.url.scheme == "https",
        httponly=True,
        samesite="none" if elsewhere else "lax",
    )
    return response


@routes.get(sso.CALLBACK)
async def arrive(ctx: Context, request: Request) -> Response:
    """End an attempt by what the provider has put into the address."""
    return await _arrive(ctx, request, request.query_params)


@routes.post(sso.CALLBACK)
async def arrive_by_form(ctx: Context, request: Request) -> Response:
    """End an attempt by the form that the provider's page has sent."""
    async with request.form(max_files=0, max_fields=_FIELDS_MAX, max_part_size=FORM_MAX) as form:
        given = {name: value for name, value in form.items() if isinstance(value, str)}
    return await _arrive(ctx, request, given)


async def _arrive(ctx: Context, request: Request, given: Mapping[str, str]) -> Response:
    address = request.client.host if request.client else ""
    try:
        arrival = await sso.finish(ctx, given, request.cookies, request.headers.get("user-agent", ""), address)
    except SignOnFailed as error:
        response = _failed(ctx, error, "")
    except TooMany as error:
        response = failure_page(error.status, error.message, "Wait, then try again.", request_id=ctx.request_id)
        response.headers["Retry-After"] = str(error.retry_after_s)
    else:
        response = set_session(ctx, request, _leading_to(arrival.next_path), arrival.token)
    if given.get("state"):
        response.delete_cookie(cookie_of(given["state"]), path=_COOKIE_PATH)
    return response


def _failed(ctx: Context, error: SignOnFailed, next_path: str) -> Response:
    level = log.error if isinstance(error, ProviderFailed) else log.info
    level("single sign-on failed", status=error.status, reason=error.message, request_id=ctx.request_id)
    return failure_page(error.status, error.message, error.advice, request_id=ctx.request_id, next_path=next_path)


def _leading_to(url: str) -> Response:
    # after a form as well: the next request is a plain one
    return RedirectResponse(url, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
