"""Encryption by secrets of the whole server: each is made once, and kept apart from what it encrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.context import Context
from steelyard.domains.accounts import queries
from steelyard.domains.accounts import tables as t
from steelyard.sql.dialect import insert_ignore

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


async def open_box(ctx: Context, name: str) -> Fernet:
    """Return what encrypts and decrypts by the server's secret of this name, made now where there is none."""
    from cryptography.fernet import Fernet

    async with ctx.database.read() as conn:
        found = await queries.find_secret(conn, name)
    if found is None:
        async with ctx.database.write() as conn:
            await insert_ignore(conn, t.server_secrets, {"name": name, "value": Fernet.generate_key().decode()})
            found = await queries.find_secret(conn, name)
    assert found, "it was just written"
    return Fernet(found)
