"""Sends and fetches objects by raw HTTP, over several connections: a process of its own, told its work on stdin.

Work is a list of requests, each a part of one source file: PUT sends it, GET fetches it and throws it away, CHECK
fetches it and compares it. Prints the moments when the first request began and the last ended, as JSON.
"""

import json
import mmap
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

PIECE_BYTES = 1 << 20
# Up to this size the body goes along with the head.
SMALL_BYTES = 1 << 16


@dataclass
class Request:
    url: str
    offset: int
    size: int
    headers: dict[str, str]


class Client:
    """One connection, one request at a time."""

    def __init__(self, source: mmap.mmap, handle: int) -> None:
        self._source, self._handle = memoryview(source), handle
        self._room = memoryview(bytearray(PIECE_BYTES))
        self._socket: socket.socket | None = None
        self._host = ""

    def _reach(self, host: str) -> socket.socket:
        if self._socket is None or host != self._host:
            name, _, port = host.partition(":")
            self._socket, self._host = socket.create_connection((name, int(port or 80)), timeout=300), host
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _begin(self, method: str, request: Request, length: int) -> tuple[socket.socket, bytes]:
        at = urlsplit(request.url)
        lines = [f"{method} {at.path}?{at.query} HTTP/1.1", f"Host: {at.netloc}"]
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        lines += [f"Content-Length: {length}"] if method == "PUT" else []
        return self._reach(at.netloc), ("\r\n".join(lines) + "\r\n\r\n").encode()

    def put(self, request: Request) -> None:
        connection, head = self._begin("PUT", request, request.size)
        if request.size <= SMALL_BYTES:
            connection.sendall(head + self._source[request.offset : request.offset + request.size])
        else:
            connection.sendall(head)
            place, end = request.offset, request.offset + request.size
            while place < end:
                connection.setblocking(True)
                place += os.sendfile(connection.fileno(), self._handle, place, end - place)
        status, _, length, rest = self._answer(connection)
        while rest < length:
            rest += connection.recv_into(self._room)
        assert status == 200, f"PUT answered {status}"

    def get(self, request: Request, *, compare: bool = False) -> None:
        connection, head = self._begin("GET", request, 0)
        connection.sendall(head)
        status, first, length, got = self._answer(connection)
        assert (status, length) == (200, request.size), f"GET answered {status} with {length} bytes"
        if compare:
            self._compare(request.offset, first)
        while got < length:
            count = connection.recv_into(self._room[: min(PIECE_BYTES, length - got)])
            assert count, "the answer broke off"
            if compare:
                self._compare(request.offset + got, self._room[:count])
            got += count

    def _compare(self, place: int, got: memoryview) -> None:
        # Views are compared item by item, bytes by the processor's own means.
        assert bytes(self._source[place : place + len(got)]) == bytes(got), "other bytes than were put"

    def _answer(self, connection: socket.socket) -> tuple[int, memoryview, int, int]:
        """Return status, what has come of the body, its length, and how much has come."""
        count = 0
        while (end := bytes(self._room[:count]).find(b"\r\n\r\n")) < 0:
            more = connection.recv_into(self._room[count : count + SMALL_BYTES])
            assert more, "the connection was closed"
            count += more
        head = bytes(self._room[:end]).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        return int(head.split(b" ", 2)[1]), self._room[end + 4 : count], length, count - end - 4


def work(given: dict[str, Any]) -> dict[str, float]:
    handle = os.open(given["source"], os.O_RDONLY)
    source = mmap.mmap(handle, 0, prot=mmap.PROT_READ)
    requests = [Request(**one) for one in given["requests"]]
    failures: list[Exception] = []

    def run(mine: list[Request]) -> None:
        client = Client(source, handle)
        kinds: dict[str, Callable[[Request], None]] = {
            "PUT": client.put,
            "GET": client.get,
            "CHECK": partial(client.get, compare=True),
        }
        do = kinds[given["method"]]
        try:
            for request in mine:
                do(request)
        except Exception as error:  # noqa: BLE001 - told by the process, not by the thread
            failures.append(error)

    connections = given["connections"]
    threads = [threading.Thread(target=run, args=(requests[index::connections],)) for index in range(connections)]
    began = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = time.time()
    if failures:
        raise failures[0]
    return {"began": began, "ended": ended}


if __name__ == "__main__":
    print(json.dumps(work(json.load(sys.stdin))))
