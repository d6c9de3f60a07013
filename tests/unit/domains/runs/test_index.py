"""The index of a project's runs answers as one look at each run does, however it came to be what it is."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steelyard.domains.runs.index import compare
from steelyard.domains.runs.index.project_index import ProjectIndex
from steelyard.domains.runs.keys import Source
from steelyard.domains.runs.listing import RunQuery
from steelyard.kernel.errors import Invalid
from tests.unit.domains.runs.lists import (
    ask,
    expected,
    expected_groups,
    grouped,
    index_of,
    keys,
    make,
    put,
    queries,
    some_runs,
)

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
THOROUGH = settings(max_examples=40, deadline=None, suppress_health_check=SLOW)


@THOROUGH
@given(some_runs(), queries)
def test_it_finds_and_orders_what_one_look_at_each_run_finds(runs, query):
    assert ask(index_of(runs), runs, query) == expected(runs, query)


@THOROUGH
@given(some_runs(), queries, st.lists(keys, min_size=1, max_size=3))
def test_groups_hold_what_has_the_same_values(runs, query, by):
    found = grouped(index_of(runs), runs, query, by)
    assert sorted(members for _, members in found) == sorted(expected_groups(runs, query, by).values())


@THOROUGH
@given(st.lists(some_runs(3), min_size=2, max_size=3), queries, st.data())
def test_changes_leave_it_as_if_it_were_new(stages, query, data):
    """Runs change, are deleted and come back, with questions in between, whose columns the changes must reach."""
    index, now = ProjectIndex(1 << 30), {}
    for version, stage in enumerate(stages, start=1):
        for run in stage:
            run.version = version
            now[run.id] = run
        put(index, stage)
        gone = [now.pop(run) for run in list(now) if data.draw(st.integers(0, 4)) == 0]
        for run in gone:
            run.version += 100
        put(index, gone, alive=False)
        runs = list(now.values())
        assert ask(index, runs, query) == expected(runs, query)


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(some_runs(), queries)
def test_without_room_for_columns_it_reads_documents_instead(runs, query):
    index = index_of(runs, budget=0)
    index.trim()
    assert ask(index, runs, query) == expected(runs, query)


def query(filter_document, order=None):
    return RunQuery.parse(json.dumps(filter_document), order)


def test_texts_that_no_run_has_any_more_take_no_memory():
    index = index_of([make(number) for number in range(10)])
    for version in range(2, 400):
        put(index, [make(number, summary={"text": f"{version}-{number}"}, version=version) for number in range(10)])
    column = index._cells[Source.SUMMARY]["text"]
    assert len(column.texts.items) < 1300
    assert ask(index, [], query({"summary_metrics.text": "399-3"})) == [3]
    assert ask(index, [], query({}, "-summary_metrics.text"))[:2] == [9, 8]


def test_runs_of_another_project_are_forgotten():
    runs = [make(number, config={"k": {"value": number}}) for number in range(5)]
    index = index_of(runs)
    index.remove([2, 3])
    assert index.checksum() == (3, 3)
    assert ask(index, runs, query({"config.k": {"$gte": 0}})) == [0, 1, 4]
    put(index, [runs[2]])
    assert ask(index, runs, query({"config.k": {"$gte": 0}})) == [0, 1, 2, 4]


def test_memory_stays_within_its_bounds():
    runs = [make(n, config={f"k{n}-{i}": {"value": "text" * 20} for i in range(50)}) for n in range(40)]
    index = index_of(runs, budget=300_000)
    index.trim()
    assert index.nbytes < 900_000
    assert len(index.shown_names(Source.CONFIG)) == 2000
    assert ask(index, runs, query({"config.k7-3": {"$exists": True}})) == [7]


def test_a_table_shows_values_and_no_objects_media_or_names_of_the_client():
    config = {"opt": {"value": {"name": "adam", "none": {}}}, "_wandb": {"value": {"cli_version": "0.31.0"}}}
    summary = {"loss": 1, "_step": 3, "image": {"_type": "image-file", "path": "x"}, "long": ["x"] * 100}
    index = index_of([make(1, config=config, summary=summary)])
    assert index.shown_names(Source.CONFIG) == ["opt.name"]
    assert index.shown_names(Source.SUMMARY) == ["long", "loss"]
    assert ask(index, [make(1, config=config)], query({"config._wandb.value.cli_version": "0.31.0"})) == [1]


@pytest.mark.parametrize("number", [1.5, True, None, "x", [1, 2], {"a": 1}, float("inf")])
def test_groups_are_named_by_their_values(number):
    runs = [make(1, config={"k": {"value": number}}), make(2, config={"k": {"value": number}}), make(3)]
    found = grouped(index_of(runs), runs, query({}), ["config.k"])
    assert [values for values, _ in found] == ([[None]] if number is None else [[number], [None]])
    assert [members for _, members in found] == ([[1, 2, 3]] if number is None else [[1, 2], [3]])


BUILT_TO_TAKE_LONG = "(a{1,200}){1,5}"


def test_a_pattern_that_outlasts_the_texts_of_a_project_is_refused():
    runs = [make(number, config={"text": "a" * 990 + str(number)}) for number in range(2_000)]
    index = index_of(runs)
    query = RunQuery.parse(json.dumps({"config.text": {"$regex": BUILT_TO_TAKE_LONG}}), None)
    began_s = time.thread_time()
    with pytest.raises(Invalid, match="takes too long"):
        ask(index, runs, query)
    assert time.thread_time() - began_s < 2 * compare.WORK_MAX_S
    simple = RunQuery.parse(json.dumps({"config.text": {"$regex": "a1?99$"}}), None)
    assert ask(index, runs, simple) == expected(runs, simple)
