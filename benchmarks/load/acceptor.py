"""The least that a durable server in Python can do: `python -m benchmarks.load.acceptor --port 9000 --folder DIR`.

It decodes the outer document of a file_stream request, appends the rows to one file, makes them durable together with
what else arrived meanwhile, and answers. With `--columns` it decodes every row as well and appends compressed columns
in place of the text. It knows no users, runs or offsets, and nothing can be read from it: a bound, not a rival.
"""

import argparse
import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import uvicorn

ANSWER = b'{"exitcode":null,"limits":{}}'
HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())],
}
ZSTD = pa.Codec("zstd", compression_level=1)


class Log:
    """A file that is appended to; `append` returns once the bytes are on the disk."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def append(self, part: bytes) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((part, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            await asyncio.to_thread(self._store, b"".join(part for part, _ in group))
            for _, done in group:
                done.set_result(None)
        self._writing = None

    def _store(self, parts: bytes) -> None:
        rest = memoryview(parts)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fdatasync(self._file)


def join_text(lines: list[str]) -> bytes:
    return "\n".join(lines).encode() + b"\n"


def compress_columns(lines: list[str]) -> bytes:
    """All rows decoded, one matrix of floats, its bytes split by place and compressed."""
    decoded = orjson.loads("[" + ",".join(lines) + "]")
    keys = sorted(decoded[0])
    matrix = np.ascontiguousarray(np.array([[row[key] for key in keys] for row in decoded]).T)
    split = np.ascontiguousarray(matrix.view(np.uint8).reshape(len(keys), -1, 8).swapaxes(1, 2))
    return orjson.dumps(keys) + b"\n" + bytes(ZSTD.compress(split))


def make_app(log: Log, encode: Callable[[list[str]], bytes]) -> Callable[[Any, Any, Any], Any]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        parts = []
        while True:
            message = await receive()
            parts.append(message.get("body", b""))
            if not message.get("more_body"):
                break
        document = orjson.loads(b"".join(parts) or b"{}")
        for file in document.get("files", {}).values():
            await log.append(encode(file["content"]))
        await send(HEAD)
        await send({"type": "http.response.body", "body": ANSWER})

    return app


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--columns", action="store_true")
    given = parser.parse_args()
    app = make_app(Log(given.folder / "appended"), compress_columns if given.columns else join_text)
    uvicorn.run(app, port=given.port, loop="uvloop", http="httptools", lifespan="off", log_level="warning", ws="none")


if __name__ == "__main__":
    main()
