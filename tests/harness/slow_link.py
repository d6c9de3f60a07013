"""A TCP proxy on loopback that keeps what it passes on waiting, as a distant store or a broken network does."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

_PIECE_BYTES = 64 << 10
_LOOK_AGAIN_S = 0.05


class SlowLink:
    """`delay_s` may be changed at any time; it holds for each piece of data on its way to the target.

    While `is_cut` nothing passes in either direction, nobody is told, and connections that are made stay silent.
    """

    def __init__(self, target: int, host: str = "127.0.0.1") -> None:
        self.host, self.port = host, 0
        self.delay_s = 0.0
        self.is_cut = False
        self.delayed = 0
        self._target = target
        self._passing: set[asyncio.Task[None]] = set()

    async def serve(self, started: threading.Event, ended: asyncio.Event) -> None:
        async with await asyncio.start_server(self._take, self.host, 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await ended.wait()
            server.close()
            for task in self._passing:
                task.cancel()
            await asyncio.gather(*self._passing, return_exceptions=True)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._pass_on(reader, writer))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            await asyncio.gather(self._pump(reader, far_writer, slow=True), self._pump(far_reader, writer, slow=False))
        except OSError:
            pass  # nobody listens there: nobody does here
        finally:
            await _close(writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        try:
            while piece := await reader.read(_PIECE_BYTES):
                if slow and self.delay_s:
                    self.delayed += 1
                    await asyncio.sleep(self.delay_s)
                while self.is_cut:  # noqa: ASYNC110 - it is set by another thread
                    await asyncio.sleep(_LOOK_AGAIN_S)
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass  # one side has gone: so does the other
        finally:
            await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, asyncio.CancelledError):
        await writer.wait_closed()


@contextlib.contextmanager
def slow_link(target: int, host: str = "127.0.0.1") -> Iterator[SlowLink]:
    """Open a link at `host` to the port `target` on loopback, with a thread and a loop of its own."""
    link = SlowLink(target, host)
    loop, started, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(link.serve(started, ended),), daemon=True)
    thread.start()
    started.wait()
    try:
        yield link
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
