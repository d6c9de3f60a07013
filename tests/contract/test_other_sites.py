"""What a page of another site may do with a visitor's browser: nothing."""

import httpx
import pytest

from tests.harness.server import Server, User


@pytest.mark.parametrize(
    ("origin", "status"), [(None, 204), ("own", 204), ("https://evil.example", 403), ("null", 403)]
)
def test_only_our_own_pages_sign_a_visitor_in(server: Server, user: User, origin: str | None, status: int) -> None:
    headers = {} if origin is None else {"Origin": server.url if origin == "own" else origin}
    login = {"login": user.name, "password": user.password}
    answer = httpx.post(f"{server.url}/app/session", json=login, headers=headers)
    assert answer.status_code == status
    assert ("set-cookie" in answer.headers) == (status == 204)
