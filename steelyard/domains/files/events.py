"""What happens to stored objects that higher slices react to, within the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

from steelyard.jobs.reactions import Reactions

# With the keys of objects of users that are deleted for good; one that ends with `/` stands for all below it.
OBJECTS_DELETED: Reactions[Sequence[str]] = Reactions()
