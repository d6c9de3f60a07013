"""What a chunk at some offset means for its stream: new lines, a resend, an overlap, a gap. Pure.

Lines are kept by index and the newest copy wins, so an overlap needs no care: it is stored and read over the old one.
The exact resend of the newest chunk, which follows every lost answer, is known by its checksum and not stored again.
"""

from __future__ import annotations

from steelyard.domains.history.model import Position
from steelyard.kernel.errors import Malformed

# Streams are contiguous, and console output skips a screenful at most. A farther jump is a fault of the sender, and
# believing it would make every count wrong for good.
GAP_MAX_LINES = 100_000


def reconcile(position: Position, first_line: int, line_count: int, checksum: int) -> tuple[Position, bool]:
    """Return the position after the chunk, and whether the chunk must be stored.

    Raises `Malformed` when it begins more than `GAP_MAX_LINES` after the end of what is known.
    """
    if first_line > position.next_line + GAP_MAX_LINES:
        raise Malformed(
            f"the offset {first_line} is too far ahead: the next expected line is {position.next_line}, "
            f"and a gap may have at most {GAP_MAX_LINES} lines"
        )
    newest = (position.last_first_line, position.last_line_count, position.last_checksum)
    if newest == (first_line, line_count, checksum):
        return position, False
    end = max(position.next_line, first_line + line_count)
    return Position(end, first_line, line_count, checksum), True
