"""What happens to runs that higher slices react to, within the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.jobs.reactions import Reactions

# With the ids of runs that were deleted together with what they made. The caller may write to the runs.
OUTPUTS_DELETED: Reactions[Sequence[int]] = Reactions()
