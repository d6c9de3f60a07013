"""Runs of every kind, questions about them, and the answers that plain Python gives: what the index is held to."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from steelyard.domains.runs import grouping, listing
from steelyard.domains.runs.facts import RunFacts
from steelyard.domains.runs.grouping import Part
from steelyard.domains.runs.index.project_index import PLAIN, Need, ProjectIndex
from steelyard.domains.runs.keys import read_key
from steelyard.domains.runs.listing import RunQuery
from steelyard.sql import filters
from steelyard.sql.filters import MISSING

START = datetime(2025, 1, 1, tzinfo=UTC)
BUDGET = 1 << 30


def make(number, config=None, summary=None, **values):
    texts = "group_name job_type sweep_name username host notes description commit_sha".split()  # noqa: SIM905
    defaults = dict.fromkeys([*texts, "exit_code", "started_at", "heartbeat_at", "duration_s"])
    times = {"created_at": START + timedelta(minutes=number), "updated_at": START}
    names = {
        "run_id": f"run{number}",
        "title": f"title-{number}",
        "state": "finished",
        "tags": (),
        "stop_requested": False,
    }
    documents = {"config_text": json.dumps(config or {}), "summary_text": json.dumps(summary or {})}
    return RunFacts(**({"id": number, "version": 1, "number": number} | defaults | times | names | documents | values))


# ---- the index ------------------------------------------------------------------------------------------------


def put(index, runs, *, alive=True):
    """Tell the index of new versions of runs, as `keeping` does."""
    index.put_runs([[run.id, run.version, run.number, alive, *(plain(run, name) for name in PLAIN)] for run in runs])
    texts = {run.id: (run.id, run.version, run.config_text, run.summary_text) for run in runs}
    index.put_documents([texts[run] for run in index.unread() if run in texts])


def plain(run, name):
    value = run._column(name)
    return None if value is MISSING else value


def index_of(runs, budget=BUDGET):
    index = ProjectIndex(budget)
    put(index, runs)
    return index


def ask(index, runs, query):
    """Return the numbers of the runs that an index of `runs` finds."""
    read_whole(index, runs, query.needed())
    return index.numbers[listing.arranged(index, query, {})].tolist()


def read_whole(index, runs, needed):
    for key, need in needed:
        lacking = index.lacking(key, need)
        if lacking is not None:
            index.open_whole(lacking)
            index.put_documents([(run.id, run.version, run.config_text, run.summary_text) for run in runs], lacking)


def arranged(runs, query):
    return ask(index_of(runs), runs, query)


# ---- the model ------------------------------------------------------------------------------------------------


def expected(runs, query):
    """Return the same numbers by looking at one run after another, and Python's own sorting."""
    found = sorted((run for run in runs if filters.matches(query.filter, run.value)), key=lambda run: run.number)
    for item in reversed(query.order):
        is_creation = read_key(item.key).is_creation
        ranked = [(filters.sort_rank(run.value(item.key)), run) for run in found]
        placed = [((rank, run.number) if is_creation else rank, run) for rank, run in ranked if rank is not None]
        placed.sort(key=lambda pair: pair[0], reverse=item.descending)
        found = [run for _, run in placed] + [run for rank, run in ranked if rank is None]
    return [run.number for run in found]


def expected_groups(runs, query, keys):
    """Return the members of each group, as sets of numbers, by what they have in common."""
    groups = {}
    by_number = {run.number: run for run in runs}
    for number in expected(runs, query):
        label = tuple(_label(by_number[number].value(key)) for key in keys)
        groups.setdefault(label, []).append(number)
    return groups


def _label(value):
    if value is MISSING or value is None or value != value:
        return "missing"
    if isinstance(value, bool | str):
        return (type(value).__name__, value)
    return ("number", filters.as_number(value)) if isinstance(value, int | float) else ("other", repr(_as_list(value)))


def _as_list(value):
    return list(value) if isinstance(value, tuple) else value


def grouped(index, runs, query, keys):
    read_whole(index, runs, [*query.needed(), *((read_key(key), Need.OBJECTS) for key in keys)])
    found = grouping.grouped(index, query, {}, [read_key(key) for key in keys], Part(0, 10_000, 10_000))
    assert found.total == len(found.items)
    assert found.matched == sum(group.count for group in found.items)
    numbers = {int(run): int(number) for run, number in zip(index.ids, index.numbers, strict=True)}
    return [(group.values, [numbers[run] for run in group.ids]) for group in found.items]


# ---- questions and runs ---------------------------------------------------------------------------------------

floats = st.sampled_from([0.0, -0.0, 0.5, 1.0, -2.5, 1e300, float("nan"), float("inf"), float("-inf")])
integers = st.integers(-3, 3) | st.sampled_from([2**53, 2**53 + 1, -(2**63), 10**400])
texts = st.sampled_from(["", "a", "b", "A", "1", "adam", "2025-01-01", "ä", "a.b", "x" * 1500])
scalars = st.none() | st.booleans() | floats | integers | texts
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "a.b", "value", "_type", "value.a"]), inner, max_size=3)
        | st.just(["x"] * 60)
    ),
    max_leaves=4,
)
names = st.sampled_from(["k", "l", "a", "a.b", "a.b.value", "k.a"])
wrapped = values.map(lambda value: {"value": value, "desc": None})
configs = st.dictionaries(names | st.just("_wandb"), wrapped | wrapped | wrapped | values, max_size=4)
summaries = st.dictionaries(names | st.sampled_from(["_step", "_wandb"]), values, max_size=4)
moments = st.none() | st.integers(0, 5).map(lambda minutes: START + timedelta(minutes=minutes, microseconds=minutes))


def some_runs(max_size=8):
    one = st.fixed_dictionaries(
        {
            "config": configs,
            "summary": summaries,
            "tags": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True).map(tuple),
            "state": st.sampled_from(["running", "finished"]),
            "group_name": st.none() | st.sampled_from(["", "a", "b"]),
            "created_at": moments.map(lambda moment: moment or START),
            "heartbeat_at": moments,
            "duration_s": st.none() | floats,
        }
    )
    return st.lists(one, max_size=max_size).map(
        lambda items: [make(number + 1, **values) for number, values in enumerate(items)]
    )


paths = st.lists(st.sampled_from(["k", "l", "a", "b", "value", "_type"]), min_size=1, max_size=4).map(".".join)
keys = st.one_of(
    paths.map(lambda path: f"config.{path}"),
    paths.map(lambda path: f"config.{path}"),
    paths.map(lambda path: f"summary_metrics.{path}"),
    st.sampled_from(["tags", "tags.a", "state", "group", "duration", "name", "displayName", "id", "_step"]),
)
dates = st.sampled_from(["2025-01-01", "2025-01-01T00:02:00.000002Z", START.timestamp() + 60, "1735689600"])
orderings = st.sampled_from(["$gt", "$gte", "$lt", "$lte"])
comparisons = st.one_of(
    scalars | st.lists(scalars, max_size=2),
    st.dictionaries(st.sampled_from(["$eq", "$ne"]) | orderings, scalars, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["$eq", "$ne"]), values, min_size=1),
    st.dictionaries(st.sampled_from(["$in", "$nin", "$all"]), st.lists(values, max_size=3), min_size=1),
    st.dictionaries(st.sampled_from(["$in", "$nin"]), st.just(list(range(-5, 20))), min_size=1),
    st.builds(lambda flag: {"$exists": flag}, st.booleans()),
    st.builds(lambda text: {"$regex": text}, st.sampled_from(["a", "^a", "[0-9]", "^$", "x{9}"])),
    st.builds(lambda text: {"$contains": text}, texts | scalars),
    st.builds(lambda size: {"$size": size}, st.integers(0, 3)),
    st.builds(lambda value: {"$not": {"$eq": value}}, scalars),
)
times = st.dictionaries(
    st.sampled_from(["createdAt", "heartbeat_at"]),
    st.none() | dates | st.dictionaries(orderings | st.just("$ne"), dates, min_size=1),
    min_size=1,
    max_size=1,
)
documents = st.recursive(
    st.dictionaries(keys, comparisons, max_size=2) | times,
    lambda inner: st.one_of(
        st.builds(lambda op, parts: {op: parts}, st.sampled_from(["$and", "$or", "$nor"]), st.lists(inner, max_size=3)),
        st.builds(lambda part: {"$not": part}, inner),
    ),
    max_leaves=5,
)
orders = st.lists(
    st.tuples(st.sampled_from(["", "+", "-"]), keys | st.sampled_from(["created_at", "heartbeatAt"])).map("".join),
    max_size=3,
).map(",".join)
queries = st.builds(lambda document, order: RunQuery.parse(json.dumps(document), order), documents, orders)
