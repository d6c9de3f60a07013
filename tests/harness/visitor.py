"""A browser as the server sees it: cookies, and the CSRF token on what changes something."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.harness.site import Site


class Visitor:
    """One browser profile on a site. `token` is the CSRF token that its page was given, empty before sign-in."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.token = ""

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.send("POST", path, body)

    async def delete(self, path: str) -> httpx.Response:
        return await self.send("DELETE", path)

    async def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.http.request(method, path, json=body, headers={"X-CSRF-Token": self.token})

    async def sign_in(self, login: str, password: str) -> httpx.Response:
        response = await self.post("/app/session", login=login, password=password)
        if response.is_success:
            await self.reload()
        return response

    async def reload(self) -> Any:
        """Load the page again: it learns who is signed in, and its token."""
        session = (await self.get("/app/session")).json()
        self.token = session["csrfToken"]
        return session

    async def name(self) -> str | None:
        """Who is signed in."""
        user = (await self.get("/app/session")).json()["user"]
        return user["username"] if user else None


@asynccontextmanager
async def open_visitor(site: Site, *, scheme: str = "http", address: str = "127.0.0.1") -> AsyncIterator[Visitor]:
    """Open a browser that comes from `address`."""
    transport = httpx.ASGITransport(app=site.app, raise_app_exceptions=False, client=(address, 123))
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://site.test") as http:
        yield Visitor(http)
