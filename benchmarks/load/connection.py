"""One kept-alive HTTP connection that costs its owner little: whole requests out, status and body back.

`exchange` blocks; `begin` and `proceed` are for an event loop that drives many.
"""

import socket
import time

READ_BYTES = 1 << 16


class BadAnswer(Exception):
    """The server answered with another status than 200."""


class Connection:
    """A connection to a loopback port; one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = port
        self.began_s = 0.0
        self._rest: memoryview = memoryview(b"")
        self._answer = bytearray()

    @property
    def is_sending(self) -> bool:
        return len(self._rest) > 0

    def fileno(self) -> int:
        return self.socket.fileno()

    def exchange(self, request: bytes) -> bytes:
        """Send and wait. Raises `BadAnswer` unless it is 200; returns the body of the answer."""
        self.socket.setblocking(True)
        self.socket.sendall(request)
        self._answer.clear()
        while (body := self._take_answer()) is None:
            self._receive()
        return body

    def begin(self, *parts: bytes) -> None:
        """Start to send a request of these parts; call `proceed` whenever the socket can go on."""
        self.socket.setblocking(False)
        self._answer.clear()
        self.began_s = time.perf_counter()
        self._rest = memoryview(b"".join(parts))
        self._send()

    def proceed(self) -> bytes | None:
        """Send or receive what can be; return the body of the answer once it is whole. Raises `BadAnswer`."""
        if self.is_sending:
            self._send()
            return None
        self._receive()
        return self._take_answer()

    def close(self) -> None:
        self.socket.close()

    def _send(self) -> None:
        try:
            self._rest = self._rest[self.socket.send(self._rest) :]
        except BlockingIOError:
            return

    def _receive(self) -> None:
        part = self.socket.recv(READ_BYTES)
        if not part:
            raise ConnectionError("the server closed the connection")
        self._answer += part

    def _take_answer(self) -> bytes | None:
        head_end = self._answer.find(b"\r\n\r\n")
        if head_end < 0:
            return None
        head = bytes(self._answer[:head_end]).lower()
        if b"transfer-encoding: chunked" in head:
            return self._take_chunked(head, head_end + 4)
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(self._answer) < head_end + 4 + length:
            return None
        return self._checked(head, bytes(self._answer[head_end + 4 : head_end + 4 + length]))

    def _take_chunked(self, head: bytes, start: int) -> bytes | None:
        body = bytearray()
        while (line_end := self._answer.find(b"\r\n", start)) > 0:
            size = int(bytes(self._answer[start:line_end]), 16)
            start = line_end + 2
            if len(self._answer) < start + size + 2:
                return None
            if not size:
                return self._checked(head, bytes(body))
            body += self._answer[start : start + size]
            start += size + 2
        return None

    @staticmethod
    def _checked(head: bytes, body: bytes) -> bytes:
        status = head.split(b" ", 2)[1]
        if status != b"200":
            raise BadAnswer(f"{status.decode()}: {body[:500].decode(errors='replace')}")
        return body
