"""However lines come, again, over each other, with gaps, from several writers: readers see what the model says.

Between any two requests the journal may be flushed and segments merged, runs be forked and rewound, on the real path.
`--hypothesis-profile thorough` tries many more.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from steelyard.context import Context, HistoryPolicy
from steelyard.domains.history.flush import flush_stream
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.merge import merge_stream
from steelyard.domains.history.model import Due, Stream
from steelyard.domains.runs.tables import runs
from tests.harness.site import Caller, Site
from tests.harness.stream_model import Row, StreamModel, canonical
from tests.slices.streamed import START, Run

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A flush takes three times flush_bytes at most: some of the journal's chunks, seldom all.
SMALL = HistoryPolicy(flush_chunks=2, flush_bytes=150, seal_values=40, merge_fan_in=3)
RUNS_MAX = 4
KEYS = ["_step", "a", "b", "a.b", "d.x", "d.y.z", "d.e.x", "p\\q", "m"]

numbers = st.one_of(st.integers(-3, 3), st.floats(), st.sampled_from([2**53 + 1, -(2**62), 1.0, -0.0, 1e300]))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
scalars = st.one_of(numbers, numbers, st.none(), texts, st.booleans())
lists = st.lists(st.one_of(st.floats(), st.integers(0, 9), texts), max_size=3)
media = st.fixed_dictionaries({"_type": st.sampled_from(["image-file", "histogram"]), "values": lists})
inner = st.dictionaries(st.sampled_from(["x", "y.z"]), scalars, min_size=1)
nested = st.one_of(inner, inner, st.builds(lambda part, deep: {**part, "e": deep}, inner, inner))
row = st.fixed_dictionaries(
    {},
    optional={
        "a": numbers,
        "b": scalars,
        "a.b": scalars,
        "p\\q": st.integers(0, 3),
        "d": nested,
        "m": st.one_of(media, lists, st.none(), st.just({})),
    },
)
# How far a row's step is from the number of its line; None: it has none.
drift = st.sampled_from([0, 0, 0, 0, 0, 0, -1, -1, 1, -6, 5, None])


@dataclass
class Send:
    """Lines from `shift` after the end of what the writer has sent: 0 appends, less overlaps, more leaves a gap."""

    writer: str
    shift: int
    rows: list[tuple[int | None, Row]]


@dataclass
class Again:
    """The chunk that was sent so many chunks ago."""

    ago: int


@dataclass
class Flush:
    pass


@dataclass
class Merge:
    ended: bool


@dataclass
class Fork:
    step: int


@dataclass
class Rewind:
    step: int


@dataclass
class Look:
    """Read everything; `afresh`: with nothing in memory."""

    afresh: bool


sends = st.builds(
    Send,
    st.sampled_from(["", "", "", "one", "two"]),
    st.sampled_from([0, 0, 0, 0, 0, -1, -2, -3, -7, 2]),
    st.lists(st.tuples(drift, row), min_size=1, max_size=5),
)
acts = st.one_of(
    *[sends] * 5,
    st.builds(Again, st.integers(0, 6)),
    *[st.just(Flush())] * 4,
    st.builds(Merge, st.booleans()),
    st.builds(Look, st.booleans()),
)
steps = st.integers(-1, 14)
# On which of the runs; forks are added as they are made.
branching = st.tuples(
    st.integers(0, RUNS_MAX - 1), st.one_of(*[acts] * 5, st.builds(Fork, steps), st.builds(Rewind, steps))
)


@dataclass
class Twin:
    """A run, and the model that was told the same."""

    run: Run
    ctx: Context
    number: int
    model: StreamModel = field(default_factory=StreamModel)
    sent: list[tuple[str, int, list[Row]]] = field(default_factory=list)
    # Writers that have sent lines anew. What a line without a step means at the head of their chunks is not defined.
    disordered: set[str] = field(default_factory=set)

    async def do(self, act: Any) -> None:
        match act:
            case Send(writer, shift, drawn):
                end = self.model.next_line(writer)
                first = max(0, end + shift)
                rows = [
                    {**row} if drift is None else {"_step": first + i + drift, **row}
                    for i, (drift, row) in enumerate(drawn)
                ]
                await self.send(writer, first, rows, in_order=first >= end)
            case Again(ago) if len(self.sent) > ago:
                writer, first, rows = self.sent[-1 - ago]
                await self.send(writer, first, rows, in_order=self.is_newest(writer, ago))
            case Flush():
                done = await flush_stream(self.ctx, self.due())
                event(f"flush: {done}")
            case Merge(ended):
                done = await merge_stream(self.ctx, self.due(ended=ended))
                event(f"merge: {done}")
            case Look(afresh):
                await self.look(afresh=afresh)

    def is_newest(self, writer: str, ago: int) -> bool:
        return all(other != writer for other, _, _ in self.sent[len(self.sent) - ago :])

    async def send(self, writer: str, first: int, rows: list[Row], *, in_order: bool) -> None:
        if not in_order:
            self.disordered.add(writer)
        if writer in self.disordered and "_step" not in rows[0]:
            rows = [{"_step": first, **rows[0]}, *rows[1:]]
        headers = {"ASYNC_CLIENT_ID": writer} if writer else {}
        if not self.model.accepts(writer, first, rows):
            assert (await self.run.offer(first, rows, **headers)).status == 409
            event("refused after a rewind")
            return
        self.model.take(writer, first, rows)
        self.sent.append((writer, first, rows))
        await self.run.send(first, rows, **headers)

    async def fork(self, name: str, step: int) -> "Twin | None":
        answer = await self.run.fork(name, step)
        if not 0 <= step <= self.model.last_step:
            assert answer.body["errors"][0]["extensions"]["code"] == "invalid"
            return None
        model = self.model.fork(step)
        self.check_bucket(model, answer.data["upsertBucket"]["bucket"])
        event("fork")
        ctx, number = self.ctx, await newest_run(self.ctx)
        return Twin(Run(self.run.caller, name), ctx, number, model, [], {"", "one", "two"})

    async def rewind(self, step: int) -> None:
        found = await self.run.rewind(step)
        self.model.rewind(step)
        self.disordered |= {"", "one", "two"}
        self.check_bucket(self.model, found)
        event("rewind")

    def check_bucket(self, model: StreamModel, found: dict[str, Any]) -> None:
        assert found["historyLineCount"] == model.line_count
        assert canonical(json.loads(found["summaryMetrics"])) == canonical(model.summary())

    def due(self, *, ended: bool = False) -> Due:
        return Due(self.number, Stream.HISTORY, ended)

    async def settle(self) -> None:
        """Let everything become segments, and these as few as can be."""
        while await flush_stream(self.ctx, self.due()):
            pass
        while await merge_stream(self.ctx, self.due(ended=True)):
            pass

    async def look(self, *, afresh: bool) -> None:
        if afresh:
            memory = memory_of(self.ctx)
            for key in list(memory._entries):
                memory.drop(key)
        specs = [{"keys": keys, "samples": 10_000, "minStep": 3, "maxStep": 15} for keys in _key_sets()]
        listed = json.dumps([json.dumps(spec) for spec in specs])
        told = await self.run.ask(f"""historyLineCount historyKeys sampledHistory(specs: {listed})
            history(samples: 100000) low: history(maxStep: 6, samples: 100000)
            high: history(minStep: 6, maxStep: 100, samples: 100000)""")
        model = self.model
        assert told["historyLineCount"] == model.line_count
        for name, (low, high) in {"history": (-100, 100), "low": (-100, 6), "high": (6, 100)}.items():
            found = [canonical(json.loads(text)) for text in told[name]]
            assert found == [row.text for row in model.rows(low, high)], name
        for spec, rows in zip(specs, told["sampledHistory"], strict=True):
            assert list(map(canonical, rows)) == list(map(canonical, model.sampled(spec["keys"], 3, 15))), spec
        check_keys(told["historyKeys"], model.history_keys())


def check_keys(told: Row, expected: Row) -> None:
    assert told["lastStep"] == expected["lastStep"]
    assert told["keys"].keys() == expected["keys"].keys()
    for key, facts in told["keys"].items():
        counts = {item["type"]: item["count"] for item in facts.pop("typeCounts")}
        model = expected["keys"][key]
        assert counts == model.pop("typeCounts"), key
        # only a hint: not given where a value that was no exact number has been written over
        assert not (facts.pop("monotonic") and not model.pop("monotonic")), key
        assert canonical(facts) == canonical({"previousValue": model["previousValue"]}), key


def _key_sets() -> list[list[str]]:
    return [[key] for key in KEYS] + [["_step", "a"], ["a", "d.x"], ["b", "m", "a.b"]]


async def newest_run(ctx: Context) -> int:
    async with ctx.database.read() as conn:
        return (await conn.execute(select(func.max(runs.c.id)))).scalar() or 0


async def start(site: Site, user: Caller) -> Twin:
    name = f"r{await newest_run(site.system)}"
    await user.graphql(START, name=name, entity=user.name)
    number = await newest_run(site.system)
    ports = replace(site.ports, policy=replace(site.ports.policy, history=SMALL))
    return Twin(Run(user, name), replace(site.system, ports=ports), number)


# The user is shared, each example makes a run. Half as many as of other properties: one takes a third of a second.
@settings(
    max_examples=settings.default.max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(acts, min_size=6, max_size=20))
async def test_any_interleaving_reads_like_the_model(site: Site, user: Caller, acts: list[Any]) -> None:
    twin = await start(site, user)
    for act in acts:
        await twin.do(act)
    await twin.look(afresh=False)
    await twin.settle()
    await twin.look(afresh=True)


@settings(
    max_examples=settings.default.max_examples // 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(branching, min_size=8, max_size=26))
async def test_forks_and_rewinds_read_like_the_model(site: Site, user: Caller, acts: list[tuple[int, Any]]) -> None:
    twins = [await start(site, user)]
    for on, act in acts:
        twin = twins[on % len(twins)]
        match act:
            case Fork(step):
                child = await twin.fork(f"{twins[0].run.name}-{len(twins)}", step) if len(twins) < RUNS_MAX else None
                twins += [] if child is None else [child]
            case Rewind(step):
                await twin.rewind(step)
            case _:
                await twin.do(act)
    for twin in twins:
        await twin.look(afresh=False)
        await twin.settle()
    for twin in twins:
        await twin.look(afresh=True)
