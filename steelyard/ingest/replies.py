"""What a stream request is answered (docs/protocol/ingest.md, response). Older clients read `exitcode` and `limits`."""

from __future__ import annotations

from steelyard.kernel.limiter import Headroom

_STOPPED = b'{"exitcode":null,"limits":{},"stopped":true}'
_GOING = b'{"exitcode":null,"limits":{},"stopped":false}'


def pace(left: Headroom | None) -> list[tuple[bytes, bytes]]:
    """Return the headers by which clients space their requests, none where nothing bounds them."""
    if left is None:
        return []
    return [(b"ratelimit-remaining", b"%d" % left.remaining), (b"ratelimit-reset", b"%d" % left.reset_s)]


def after_append(*, stop_requested: bool) -> bytes:
    return _STOPPED if stop_requested else _GOING
