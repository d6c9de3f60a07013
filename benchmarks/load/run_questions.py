"""What is asked about the runs of a large project, at each place that can answer, and what the answer must be."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson

from benchmarks.load.fasttrackml import FastTrackML
from benchmarks.load.run_values import GROUP_KEY, METRIC, Sample
from steelyard.context import Context
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import grouping, listing
from steelyard.domains.runs.grouping import Part
from steelyard.domains.runs.listing import Page, RunQuery

PAGE = 50
FILTER = orjson.dumps({f"config.{GROUP_KEY}": "adam", "config.c1.value": {"$lt": 0.5}}).decode()
BEST_FIRST, NEWEST_FIRST = f"-summary_metrics.{METRIC}", "-created_at"
_RUNS = """query Q($f: JSONString, $o: String, $n: Int) { project(name: "%s", entityName: "%s") {
    runs(filters: $f, order: $o, first: $n) { edges { node { id name displayName state tags createdAt config
    summaryMetrics user { name username } } cursor } pageInfo { endCursor hasNextPage } } } }"""
_COUNT = """query Q($f: JSONString) { project(name: "%s", entityName: "%s") { runCount(filters: $f) } }"""
_GROUPS = """query Q($k: [String!]!) { project(name: "%s", entityName: "%s") {
    runGroups(keys: $k) { totalCount edges { node { values count } } } } }"""


@dataclass(frozen=True)
class Question:
    """`document` is GraphQL, with room for project and entity, and its variables."""

    name: str
    service: Callable[[], Awaitable[Any]]
    document: tuple[str, dict[str, Any]]
    check: Callable[[Any, Sample], None]
    rival: Callable[[FastTrackML], Any] | None = None


def questions(ctx: Context, project: Project) -> list[Question]:
    """In the order in which a process takes in more and more of the project: its rows, their documents."""
    newest, best = RunQuery.parse(None, NEWEST_FIRST), RunQuery.parse(FILTER, BEST_FIRST)
    counted, every = RunQuery.parse(FILTER, None), RunQuery.parse(None, None)
    keys = [f"config.{GROUP_KEY}"]
    return [
        Question(
            "page of 50, the newest",
            lambda: listing.list_runs(ctx, project, newest, Page(first=PAGE)),
            (_RUNS, {"o": NEWEST_FIRST, "n": PAGE}),
            lambda answer, sample: _check_page(answer, sample.newest(PAGE)),
            lambda rival: rival.newest(PAGE),
        ),
        Question(
            "page of 50 by a metric, filtered",
            lambda: listing.list_runs(ctx, project, best, Page(first=PAGE)),
            (_RUNS, {"f": FILTER, "o": BEST_FIRST, "n": PAGE}),
            lambda answer, sample: _check_page(answer, sample.best(PAGE)),
            lambda rival: rival.best(PAGE),
        ),
        Question(
            "count of the filter",
            lambda: listing.count_runs(ctx, project, counted),
            (_COUNT, {"f": FILTER}),
            _check_count,
            lambda rival: rival.count(),
        ),
        Question(
            "groups by a config key",
            lambda: grouping.group_runs(ctx, project, every, keys, Part(0, PAGE, 10)),
            (_GROUPS, {"k": keys}),
            _check_groups,
        ),
    ]


def _check_page(answer: Any, wanted: list[str]) -> None:
    if isinstance(answer, dict):
        names = [edge["node"]["name"] for edge in answer["runs"]["edges"]]
    elif isinstance(answer, list):
        names = answer
    else:
        names = [edge.node.run_id for edge in answer.edges]
    # the one run that made the project is newer than all
    assert [name for name in names if name != "first"] == wanted[: len(names) - names.count("first")], names


def _check_count(answer: Any, sample: Sample) -> None:
    assert (answer["runCount"] if isinstance(answer, dict) else answer) == len(sample.matching())


def _check_groups(answer: Any, sample: Sample) -> None:
    if isinstance(answer, dict):
        found = {edge["node"]["values"][0]: edge["node"]["count"] for edge in answer["runGroups"]["edges"]}
    else:
        found = {group.values[0]: group.count for group in answer.items}
    # the one run that made the project has no config
    assert found.pop(None) == 1
    assert found == sample.groups()
