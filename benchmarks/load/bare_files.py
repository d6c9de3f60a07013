"""The least that a server of files can do: `python -m benchmarks.load.bare_files --port 9000 --folder DIR`.

A thread per connection, no framework: PUT writes the body to a file and answers once it is on the disk (`--discard`:
reads it and forgets it), GET hands the file to the kernel to send. It knows no names, digests, signatures or ranges,
and a body that breaks off leaves half a file: a bound, not a rival.
"""

import argparse
import os
import socket
import threading
from pathlib import Path

HEAD_MAX_BYTES = 1 << 16
PIECE_BYTES = 1 << 20


class BareFiles:
    def __init__(self, folder: Path, *, discard: bool) -> None:
        self._folder = folder
        self._discard = discard

    def serve(self, port: int) -> None:
        listener = socket.create_server(("127.0.0.1", port), backlog=128)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        room = memoryview(bytearray(PIECE_BYTES))
        got = b""
        with connection:
            while True:
                while b"\r\n\r\n" not in got:
                    part = connection.recv(HEAD_MAX_BYTES)
                    if not part:
                        return
                    got += part
                head, _, got = got.partition(b"\r\n\r\n")
                method, target, _ = head.split(b" ", 2)
                path = self._folder / target.strip(b"/").decode().replace("/", "_")
                if method == b"PUT":
                    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
                    self._take(connection, got, length, room, path)
                    got = b""
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                else:
                    self._give(connection, path)

    def _take(self, connection: socket.socket, first: bytes, length: int, room: memoryview, path: Path) -> None:
        file = os.open(os.devnull if self._discard else path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            left = length - len(first)
            if not self._discard:
                os.write(file, first)
            while left:
                count = connection.recv_into(room[: min(left, PIECE_BYTES)])
                if not count:
                    raise ConnectionError("the body broke off")
                left -= count
                if not self._discard:
                    os.write(file, room[:count])
            if not self._discard:
                os.fdatasync(file)
        finally:
            os.close(file)

    def _give(self, connection: socket.socket, path: Path) -> None:
        file = os.open(path, os.O_RDONLY)
        try:
            size = os.fstat(file).st_size
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
            place = 0
            while place < size:
                place += os.sendfile(connection.fileno(), file, place, size - place)
        finally:
            os.close(file)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--discard", action="store_true")
    given = parser.parse_args()
    BareFiles(given.folder, discard=given.discard).serve(given.port)


if __name__ == "__main__":
    main()
