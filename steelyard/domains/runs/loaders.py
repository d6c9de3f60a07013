"""Batch loaders of runs: what every run of a page is asked for."""

from __future__ import annotations

from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import listing
from steelyard.domains.runs.model import Run
from steelyard.graphql.loading import Batch

projects_of_runs: Batch[int, Project] = Batch("projects", projects.load_projects)
# For callers who may read the project of these runs.
found_runs: Batch[int, Run] = Batch("runs found", listing.load_found)
