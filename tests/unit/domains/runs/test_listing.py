"""Which runs a list shows, and in which order."""

from datetime import timedelta

import numpy as np
import pytest

from steelyard.domains.runs import listing
from steelyard.domains.runs.keys import read_key
from steelyard.domains.runs.listing import Page, RunQuery
from steelyard.graphql.connection import encode_cursor
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import encode_global_id
from steelyard.sql.filters import MISSING
from tests.unit.domains.runs.lists import START, arranged, make


def numbers(runs, filter_text=None, order=None, **query):
    asked = RunQuery.parse(filter_text, order)
    return arranged(runs, RunQuery(asked.filter, asked.order, **query))


CONFIG = {
    "lr": {"value": 0.1},
    "opt": {"value": {"name": "adam", "eps": 1}},
    "a.b": {"value": {"c.d": 5}},
    "box": {"value": {"value": 7}},
}
RUN = make(
    1,
    config=CONFIG,
    summary={"loss": 0.5, "val": {"acc": 0.9, "x.y": 2}, "e.f": 3, "_step": 9, "_runtime": 4.5},
    tags=("best",),
    group_name="g",
    job_type="train",
    sweep_name="sw1",
    username="alice",
    host="node1",
    duration_s=12.5,
)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "run1"),
        ("display_name", "title-1"),
        ("displayName", "title-1"),
        ("state", "finished"),
        ("group", "g"),
        ("job_type", "train"),
        ("jobType", "train"),
        ("sweep", "sw1"),
        ("username", "alice"),
        ("user.username", "alice"),
        ("host", "node1"),
        ("notes", MISSING),
        ("created_at", START + timedelta(minutes=1)),
        ("createdAt", START + timedelta(minutes=1)),
        ("heartbeatAt", MISSING),
        ("duration", 12.5),
        ("id", encode_global_id("Run", 1)),
        ("tags", ("best",)),
        ("tags.best", True),
        ("tags.other", False),
        ("config.lr", 0.1),
        ("config.lr.value", 0.1),
        ("config.opt.name", "adam"),
        ("config.opt.value.name", "adam"),
        ("config.a.b.c.d", 5),
        ("config.a.b.value.c.d", 5),
        ("config.absent", MISSING),
        ("config.lr.deeper", MISSING),
        ("config.box.value", 7),
        ("summary_metrics.val", {"acc": 0.9, "x.y": 2}),
        ("summary_metrics.loss", 0.5),
        ("summaryMetrics.val.acc", 0.9),
        ("summary_metrics.val.x.y", 2),
        ("summary_metrics.e.f", 3),
        ("keys_info.keys.loss", 0.5),
        ("_step", 9),
        ("_runtime", 4.5),
        ("_timestamp", MISSING),
    ],
)
def test_every_spelling_of_a_key_reads_its_value(key, value):
    assert RUN.value(key) == value


@pytest.mark.parametrize("key", ["colour", "config", "", "$where", "config." + "k" * 2000])
def test_a_key_that_runs_do_not_have_is_refused_with_its_name(key):
    with pytest.raises(Invalid, match="cannot be searched by"):
        read_key(key)


def test_the_default_order_is_that_of_creation():
    assert numbers([make(1), make(2), make(3)]) == [1, 2, 3]
    assert numbers([make(1), make(2), make(3)], order="-created_at") == [3, 2, 1]


@pytest.mark.parametrize(
    ("order", "expected"), [("+summary_metrics.loss", [3, 1, 2, 4, 5]), ("-summary_metrics.loss", [1, 3, 2, 4, 5])]
)
def test_runs_without_the_metric_come_last_whichever_the_direction(order, expected):
    """Whoever asks for the best run takes the first one."""
    losses = {1: 0.5, 3: 0.1, 4: float("nan"), 5: None}
    runs = [make(1, summary={"loss": losses[1]}), make(2), *(make(n, summary={"loss": losses[n]}) for n in (3, 4, 5))]
    assert numbers(runs, order=order) == expected


def test_ties_keep_the_order_of_creation_and_further_keys_decide_them():
    runs = [make(1, state="b"), make(2, state="a"), make(3, state="b"), make(4, state="a")]
    assert numbers(runs, order="+state") == [2, 4, 1, 3]
    assert numbers(runs, order="-state") == [1, 3, 2, 4]
    assert numbers(runs, order="+state,-created_at") == [4, 2, 3, 1]


def test_values_of_several_kinds_are_ordered_without_failing():
    values = [1, "x", True, [1], {"a": 1}, None, 2.5]
    runs = [make(n, config={"k": {"value": value}}) for n, value in enumerate(values)]
    assert sorted(numbers(runs, order="+config.k")) == list(range(len(values)))


def test_search_finds_text_in_title_and_id():
    runs = [make(1, title="Quiet-Harbor-1"), make(2, run_id="harbor9"), make(3)]
    assert numbers(runs, search="HARBOR") == [1, 2]
    assert numbers(runs, search="^quiet.*[0-9]$", regex=True) == [1]
    assert numbers(runs, search="^quiet.*[0-9]$") == []
    with pytest.raises(Invalid):
        numbers(runs, search="(", regex=True)


def bounds(ids, page):
    return listing.bounds(np.array(ids), page, "q")


def cursor(place, run):
    return listing.cursor_at(place, run, "q")


def test_pages_follow_each_other_without_gap_or_repetition():
    ids = list(range(100, 123))
    seen, after = [], None
    while True:
        start, stop = bounds(ids, Page(first=5, after=after))
        if start == stop:
            break
        seen += ids[start:stop]
        after = cursor(stop - 1, ids[stop - 1])
    assert seen == ids


def test_a_cursor_keeps_its_place_when_runs_before_it_change_and_when_its_run_is_gone():
    assert bounds([5, 10, 11, 12], Page(after=cursor(1, 11)))[0] == 3
    assert bounds([10, 12, 13], Page(after=cursor(1, 11)))[0] == 1


@pytest.mark.parametrize("text", ["nonsense", "run:1:2", "run:1:2:other", "run:x:2:q", f"run:{10**30}:2:q"])
def test_a_cursor_of_another_question_is_refused(text):
    with pytest.raises(Invalid, match="another query"):
        bounds([10], Page(after=encode_cursor(text)))


def test_the_last_ones_before_a_cursor():
    assert bounds([1, 2, 3, 4], Page(last=2)) == (2, 4)
    assert bounds([1, 2, 3, 4], Page(last=2, before=cursor(2, 3))) == (0, 2)
