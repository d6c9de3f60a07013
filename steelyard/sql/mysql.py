"""Connections to MySQL: the driver's arguments, and how they are encrypted."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import asyncmy
from asyncmy.constants import CLIENT
from asyncmy.errors import OperationalError

from steelyard.config.mysql_url import MysqlAddress, Tls
from steelyard.kernel.errors import Invalid

# A server that is away is told of within seconds.
CONNECT_TIMEOUT_S = 10
# What the driver says when it cannot connect, or loses the connection during the handshake.
_NO_HANDSHAKE = {2003, 2013}


def connector(address: MysqlAddress) -> Callable[[], Awaitable[Any]]:
    """Return what opens one connection to the database. Raises `Invalid` for certificates that cannot be read.

    Where encryption is only preferred, a server that cannot do it is asked once per connection, then plainly.
    """
    context = tls_context(address)

    async def connect() -> Any:
        if address.tls is not Tls.PREFERRED:
            return await _connect(address, context)
        try:
            return await _connect(address, context)
        except OperationalError as error:
            if error.args[0] not in _NO_HANDSHAKE:
                raise
            return await _connect(address, None)

    return connect


async def _connect(address: MysqlAddress, context: ssl.SSLContext | None) -> Any:
    return await asyncmy.connect(
        host=address.host,
        port=address.port,
        user=address.username,
        password=address.password,
        database=address.database,
        unix_socket=address.unix_socket or None,
        charset="utf8mb4",
        connect_timeout=CONNECT_TIMEOUT_S,
        ssl=context,
        # An UPDATE tells how many rows it found, as on SQLite, not how many it made differ.
        client_flag=CLIENT.FOUND_ROWS,
    )


def tls_context(address: MysqlAddress) -> ssl.SSLContext | None:
    """Return how the connection is encrypted, None for not at all. Raises `Invalid` for files that cannot be read."""
    if address.tls is Tls.OFF:
        return None
    try:
        context = ssl.create_default_context(cafile=address.ca or None)
        if address.certificate:
            context.load_cert_chain(address.certificate, address.key or None)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(
            f"the certificate files of the database cannot be read (ssl-ca {address.ca or 'unset'},"
            f" ssl-cert {address.certificate or 'unset'}): {error}"
        ) from error
    if address.tls is not Tls.VERIFIED:
        context.check_hostname = False
    if address.tls in {Tls.PREFERRED, Tls.UNVERIFIED}:
        context.verify_mode = ssl.CERT_NONE
    return context
