"""The web app's routes of accounts: sign-in, first start, password, sessions (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

import steelyard
from steelyard.context import Context
from steelyard.domains.accounts import first_start, links, queries, service, sessions, sso
from steelyard.domains.accounts.cookies import forget_session, session_cookie, set_session
from steelyard.domains.accounts.federation_routes import routes as federation_routes
from steelyard.domains.accounts.issuer_routes import routes as issuer_routes
from steelyard.domains.accounts.model import Entity
from steelyard.domains.accounts.organization_routes import routes as organization_routes
from steelyard.domains.accounts.people_routes import routes as people_routes
from steelyard.domains.accounts.role_routes import routes as role_routes
from steelyard.domains.accounts.secret_routes import routes as secret_routes
from steelyard.domains.accounts.service import NewUser
from steelyard.domains.accounts.sessions import SignIn
from steelyard.domains.accounts.sso_routes import routes as sso_routes
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import decode_global_id, encode_global_id
from steelyard.rest.bodies import read_json
from steelyard.rest.routes import RouteTable, json_response

routes = RouteTable(
    [
        *people_routes.entries,
        *organization_routes.entries,
        *role_routes.entries,
        *secret_routes.entries,
        *sso_routes.entries,
        *federation_routes.entries,
        *issuer_routes.entries,
    ]
)


@routes.get("/app/session")
async def show_session(ctx: Context, request: Request) -> Response:
    """Tell who is signed in. A session that has ended is dropped: without it public projects may be read."""
    shown = json_response(await _session(ctx, request))
    is_over = ctx.account is None and session_cookie(request) in request.cookies
    return forget_session(request, shown) if is_over and ctx.ports.policy.accounts.anonymous_readers else shown


async def _session(ctx: Context, request: Request) -> dict[str, Any]:
    session = request.state.browser_session
    return {
        "user": await _session_user(ctx) if ctx.account else None,
        "csrfToken": session.csrf_token if session else "",
        "setupRequired": ctx.account is None and await first_start.needs_setup(ctx),
        "signupOpen": ctx.ports.policy.signup_open and not ctx.ports.policy.sso.only_way,
        "signOn": {"label": ctx.ports.policy.sso.label} if ctx.ports.sso else None,
        "passwords": not ctx.ports.policy.sso.only_way,
        "publicProjects": ctx.ports.policy.accounts.anonymous_readers,
        "version": steelyard.__version__,
        "publicUrl": ctx.origin,
        "authority": ctx.ports.policy.client_authority,
        "banners": [vars(banner) for banner in ctx.ports.policy.banners],
    }


async def _session_user(ctx: Context) -> dict[str, Any]:
    assert ctx.account is not None, "asked only for a signed-in caller"
    async with ctx.database.read() as conn:
        user = await queries.find_user(conn, ctx.account.user_id)
    assert user is not None, "an identity has its account"
    return {
        "id": encode_global_id("User", user.id),
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "admin": user.is_admin,
        "entity": user.entity,
        "entities": [entity_ref(ctx, entity) for entity in await service.list_own_entities(ctx)],
    }


def entity_ref(ctx: Context, entity: Entity) -> dict[str, Any]:
    role = ctx.identity.roles.get(entity.id, "viewer") if ctx.identity else "viewer"
    return {"name": entity.name, "kind": entity.kind, "role": role}


@routes.post("/app/session")
async def sign_in(ctx: Context, request: Request) -> Response:
    body = await read_json(request)
    address = request.client.host if request.client else ""
    given = SignIn(_text(body, "login"), _text(body, "password"), _agent(request), address)
    token = await sessions.sign_in(ctx, given)
    return _signed_in(ctx, request, token)


@routes.delete("/app/session")
async def sign_out(ctx: Context, request: Request) -> Response:
    """End the session; `next` is where to end the one at the identity provider as well."""
    session, elsewhere = request.state.browser_session, None
    if session:
        elsewhere = await sso.sign_out_url(ctx, session.id)
        await sessions.end_session(ctx, session.id)
    return forget_session(request, json_response({"next": elsewhere} if elsewhere else None))


@routes.post("/app/setup")
async def make_first_admin(ctx: Context, request: Request) -> Response:
    body = await read_json(request)
    spec = _new_user(body, is_admin=True)
    token = await first_start.create_first_admin(ctx, _text(body, "token"), spec, _agent(request))
    return _signed_in(ctx, request, token)


@routes.post("/app/signup")
async def sign_up(ctx: Context, request: Request) -> Response:
    token = await first_start.sign_up(ctx, _new_user(await read_json(request), is_admin=False), _agent(request))
    return _signed_in(ctx, request, token)


def _signed_in(ctx: Context, request: Request, token: str) -> Response:
    """Set the cookie. The page then asks `GET /app/session` for the rest."""
    return set_session(ctx, request, json_response(None), token)


@routes.post("/app/link/follow")
async def follow_link(ctx: Context, request: Request) -> Response:
    body = await read_json(request)
    username = body.get("username") or ""
    token = await links.follow(ctx, _text(body, "token"), str(username), _text(body, "password"), _agent(request))
    return _signed_in(ctx, request, token)


@routes.post("/app/password")
async def change_password(ctx: Context, request: Request) -> None:
    body = await read_json(request)
    session = request.state.browser_session
    await sessions.change_password(ctx, _text(body, "current"), _text(body, "new"), session.id if session else None)


@routes.get("/app/sessions")
async def list_sessions(ctx: Context, request: Request) -> dict[str, Any]:
    current = request.state.browser_session
    return {
        "sessions": [
            {
                "id": encode_global_id("Session", session.id),
                "userAgent": session.user_agent,
                "createdAt": session.created_at,
                "lastSeenAt": session.last_seen_at,
                "current": current is not None and session.id == current.id,
            }
            for session in await sessions.list_sessions(ctx)
        ]
    }


@routes.delete("/app/sessions/{id}")
async def end_session(ctx: Context, request: Request) -> None:
    await sessions.end_session(ctx, decode_global_id("Session", request.path_params["id"]))


def _new_user(body: dict[str, Any], *, is_admin: bool) -> NewUser:
    return NewUser(
        username=_text(body, "username"),
        email=_text(body, "email"),
        password=_text(body, "password"),
        is_admin=is_admin,
    )


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise Invalid(f"{key} must be a text")
    return value


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
