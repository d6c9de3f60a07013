"""What happens to projects that higher slices react to, within the same transaction."""

from __future__ import annotations

from steelyard.domains.projects.model import ProjectChanged
from steelyard.jobs.reactions import Reactions

# With the project's id, before its rows go.
PROJECT_DELETED: Reactions[int] = Reactions()
# After its own row was written.
PROJECT_CHANGED: Reactions[ProjectChanged] = Reactions()
