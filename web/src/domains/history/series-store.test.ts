import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LinesHeader, PanelQuery, RunChange } from "@/api/contract";
import type { Frame } from "@/api/panel-frames";
import { answerTo } from "@/test/frames";
import { type SeriesRequest, SeriesStore } from "./series-store";

const request = (run: string, over: Partial<SeriesRequest> = {}): SeriesRequest => ({
  entity: "e",
  project: "p",
  run,
  key: "loss",
  x: "_step",
  buckets: 500,
  ...over,
});
const nothing = () => undefined;
const rows = (over: Partial<RunChange> = {}): RunChange => ({ run: "a", kinds: ["history"], ...over });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const soon = () => vi.advanceTimersByTimeAsync(20);

/** A server that answers at once. */
function storeWith(value = () => 1) {
  const sent: PanelQuery[] = [];
  const store = new SeriesStore(async (query, onFrame) => {
    sent.push(query);
    for (const frame of answerTo(query, value())) onFrame(frame);
  });
  return { store, sent };
}

/** A server that answers when told to. */
function slowStore() {
  const calls: { query: PanelQuery; signal: AbortSignal; onFrame: (frame: Frame) => void; end: () => void }[] = [];
  const store = new SeriesStore(
    (query, onFrame, signal) =>
      new Promise((end, fail) => {
        calls.push({ query, signal, onFrame, end });
        signal.addEventListener("abort", () => fail(new DOMException("", "AbortError")));
      }),
  );
  return { store, calls };
}
const lastOf = (store: SeriesStore, one: SeriesRequest) => [...(store.peek(one).columns?.last ?? [])];

it("gathers what is asked within a moment into panels, and asks for a shared series once", async () => {
  const { store, sent } = storeWith();
  store.listen(request("a"), nothing);
  store.listen(request("a"), () => undefined);
  store.listen(request("b", { key: "acc" }), nothing);
  store.listen(request("b"), nothing);
  await soon();
  expect(sent).toEqual([
    {
      runs: [
        ["e", "p", "a"],
        ["e", "p", "b"],
      ],
      panels: [
        { id: "0", key: "loss", x: "_step", buckets: 500, runs: [0, 1] },
        { id: "1", key: "acc", x: "_step", buckets: 500, runs: [1] },
      ],
    },
  ]);
  expect(lastOf(store, request("a"))).toEqual([1]);
});

it("asks for what is on the screen first, in a request of its own", async () => {
  const { store, calls } = slowStore();
  store.listen(request("a", { key: "far" }), nothing, 1);
  store.listen(request("a", { key: "near" }), nothing, 0);
  await soon();
  expect(calls.map(({ query }) => query.panels.map(({ key }) => key))).toEqual([["near"], ["far"]]);
});

it("shows each panel as it comes, telling a listener of many lines once", async () => {
  const { store, calls } = slowStore();
  const tell = vi.fn();
  for (const run of ["a", "b", "c"]) store.listen(request(run), tell);
  store.listen(request("a", { key: "acc" }), nothing);
  await soon();
  tell.mockClear();
  const { query, onFrame, end } = calls[0] as (typeof calls)[0];
  const [first, second] = answerTo(query) as [Frame, Frame];
  onFrame(first);
  expect(tell).toHaveBeenCalledTimes(1);
  expect(lastOf(store, request("c"))).toEqual([1]);
  expect(store.peek(request("a", { key: "acc" }))).toMatchObject({ columns: null, loading: true });
  onFrame(second);
  end();
  await soon();
  expect(store.peek(request("a", { key: "acc" })).loading).toBe(false);
});

it("does not ask for what was let go before the question went out", async () => {
  const { store, sent } = storeWith();
  store.listen(request("a"), nothing)();
  await soon();
  expect(sent).toEqual([]);
});

it("aborts a request that few wait for any more, and asks anew for what they want", async () => {
  const { store, calls } = slowStore();
  const leave = ["a", "b", "c"].map((run) => store.listen(request(run), nothing));
  await soon();
  leave[0]?.();
  await soon();
  expect(calls[0]?.signal.aborted).toBe(false);
  leave[1]?.();
  await soon();
  expect(calls[0]?.signal.aborted).toBe(true);
  await soon();
  expect(calls.map(({ query }) => query.runs.map(([, , run]) => run))).toEqual([["a", "b", "c"], ["c"]]);
});

it("keeps a request for whoever lets go and comes back at once", async () => {
  const { store, calls } = slowStore();
  const leave = store.listen(request("a"), nothing);
  await soon();
  leave();
  store.listen(request("a"), nothing);
  await soon();
  expect(calls.map(({ signal }) => signal.aborted)).toEqual([false]);
});

it("refreshes what is on the screen at most twice a second, and keeps showing the old meanwhile", async () => {
  let value = 1;
  const { store, sent } = storeWith(() => value);
  store.listen(request("a"), nothing);
  await soon();
  value = 2;
  for (let i = 0; i < 10; i++) store.invalidate("e", "p", rows());
  expect(lastOf(store, request("a"))).toEqual([1]);
  await soon();
  expect(sent).toHaveLength(2);
  expect(lastOf(store, request("a"))).toEqual([2]);
  for (let i = 0; i < 40; i++) {
    store.invalidate("e", "p", rows());
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(sent.length).toBeLessThanOrEqual(7);
});

it.each([
  ["rows of another run", rows({ run: "b" }), 1],
  ["system metrics", rows({ kinds: ["events"] }), 1],
  ["another metric", rows({ keys: ["acc"] }), 1],
  ["rows after the range", rows({ keys: ["loss"], fromStep: 101 }), 1],
  ["rows in the range", rows({ keys: ["loss"], fromStep: 100 }), 2],
  ["rows of which nothing is known", rows(), 2],
])("asks anew only for what changed: %s", async (_, change, requests) => {
  const { store, sent } = storeWith();
  store.listen(request("a", { xMin: 0, xMax: 100 }), nothing);
  await soon();
  store.invalidate("e", "p", change);
  await vi.advanceTimersByTimeAsync(600);
  expect(sent).toHaveLength(requests);
});

it("keeps the error of one series to itself", async () => {
  const store = new SeriesStore(async (query, onFrame) => {
    const [frame] = answerTo({ ...query, panels: [{ ...query.panels[0], runs: [1] } as PanelQuery["panels"][0]] });
    const header = frame?.header as LinesHeader;
    header.errors.push({ run: 0, code: "not_found", message: "no such run" });
    onFrame(frame as Frame);
  });
  store.listen(request("bad"), nothing);
  store.listen(request("good"), nothing);
  await soon();
  expect(store.peek(request("bad")).error).toBe("no such run");
  expect(store.peek(request("good")).columns).not.toBeNull();
});

it("tells those who have no line yet why the rest of an answer did not come", async () => {
  const store = new SeriesStore(async (query, onFrame) => {
    onFrame(answerTo(query)[0] as Frame);
    throw new Error("the answer was cut off");
  });
  store.listen(request("a"), nothing);
  store.listen(request("a", { key: "acc" }), nothing);
  await soon();
  expect(store.peek(request("a"))).toMatchObject({ error: null, loading: false });
  expect(store.peek(request("a", { key: "acc" })).error).toBe("the answer was cut off");
});
