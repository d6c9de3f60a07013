"""What a chunk at some offset means for its stream: new lines, a resend, an overlap, a gap. Pure.

Lines are kept by index and the newest copy wins, so an overlap needs no care: it is stored and read over the old one.
The exact resend of the newest chunk, which follows every lost answer, is known by its checksum and not stored again.
A stream that was cut back takes nothing that a process from before may still send.
"""

from __future__ import annotations

from steelyard.domains.history.model import Position
from steelyard.kernel.errors import Conflict, Malformed

# Streams are contiguous, and console output skips a screenful at most. A farther jump is a fault of the sender, and
# believing it would make every count wrong for good.
GAP_MAX_LINES = 100_000


def reconcile(position: Position, first_line: int, line_count: int, checksum: int) -> tuple[Position, bool]:
    """Return the position after the chunk, and whether the chunk must be stored.

    Raises `Malformed` when it begins more than `GAP_MAX_LINES` after the end of what is known, `Conflict` for a chunk
    from before the stream was cut back.
    """
    if position.rewound_to is not None:
        _refuse_old(position, position.rewound_to, first_line, (first_line, line_count, checksum))
    if first_line > position.next_line + GAP_MAX_LINES:
        raise Malformed(
            f"the offset {first_line} is too far ahead: the next expected line is {position.next_line}, "
            f"and a gap may have at most {GAP_MAX_LINES} lines"
        )
    newest = (position.last_first_line, position.last_line_count, position.last_checksum)
    if newest == (first_line, line_count, checksum):
        return position, False
    end = max(position.next_line, first_line + line_count)
    return Position(end, first_line, line_count, checksum, position.rewound_to), True


def _refuse_old(position: Position, rewound_to: int, first_line: int, chunk: tuple[int, int, int]) -> None:
    """Raise `Conflict` unless the chunk can be of the attempt that began with the rewind.

    That one begins at `rewound_to` and leaves no gaps. Until its first chunk the newest one known is of before.
    """
    newest = (position.last_first_line, position.last_line_count, position.last_checksum)
    is_resent = position.next_line == rewound_to and chunk == newest
    if first_line < rewound_to or first_line > position.next_line or is_resent:
        raise Conflict("the run was rewound meanwhile: this process can add no more history to it")
