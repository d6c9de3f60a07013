"""What a stream request is answered (docs/protocol/ingest.md, response). Older clients read `exitcode` and `limits`."""

from __future__ import annotations

_STOPPED = b'{"exitcode":null,"limits":{},"stopped":true}'
_GOING = b'{"exitcode":null,"limits":{},"stopped":false}'


def after_append(*, stop_requested: bool) -> bytes:
    return _STOPPED if stop_requested else _GOING
