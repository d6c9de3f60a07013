import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { PanelAnswer, SeriesQuery } from "@/api/contract";
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
const answerTo = (series: SeriesQuery[], value = 1): PanelAnswer => ({
  series: series.map(({ id }) => ({
    id,
    total: 1,
    raw: true,
    x: [0],
    last: [value],
    min: [value],
    max: [value],
    nonFinite: [],
  })),
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const soon = () => vi.advanceTimersByTimeAsync(20);

function storeWith(value = () => 1) {
  const sent: SeriesQuery[][] = [];
  const signals: AbortSignal[] = [];
  const store = new SeriesStore(async (series, signal) => {
    sent.push(series);
    signals.push(signal);
    return answerTo(series, value());
  });
  return { store, sent, signals };
}

it("gathers what is asked within a moment, and asks for a shared series once", async () => {
  const { store, sent } = storeWith();
  store.listen(request("a"), () => undefined);
  store.listen(request("a"), () => undefined);
  store.listen(request("b"), () => undefined);
  await soon();
  expect(sent.map((batch) => batch.map(({ run }) => run))).toEqual([["a", "b"]]);
  expect([...(store.peek(request("a")).columns?.last ?? [])]).toEqual([1]);
});

it("does not ask for what was let go before the question went out", async () => {
  const { store, sent } = storeWith();
  store.listen(request("a"), () => undefined)();
  await soon();
  expect(sent).toEqual([]);
});

it("aborts a request that nobody waits for any more", async () => {
  const signals: AbortSignal[] = [];
  const store = new SeriesStore((_, signal) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  const leave = [store.listen(request("a"), () => undefined), store.listen(request("b"), () => undefined)];
  await soon();
  leave[0]?.();
  await soon();
  expect(signals[0]?.aborted).toBe(false);
  leave[1]?.();
  store.listen(request("b"), () => undefined)();
  await soon();
  expect(signals[0]?.aborted).toBe(true);
});

it("keeps a request for whoever lets go and comes back at once", async () => {
  const signals: AbortSignal[] = [];
  const store = new SeriesStore((_, signal) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  const leave = store.listen(request("a"), () => undefined);
  await soon();
  leave();
  store.listen(request("a"), () => undefined);
  await soon();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});

it("refreshes what is on the screen at most twice a second, and keeps showing the old meanwhile", async () => {
  let value = 1;
  const { store, sent } = storeWith(() => value);
  store.listen(request("a"), () => undefined);
  await soon();
  value = 2;
  for (let i = 0; i < 10; i++) store.invalidate("e", "p", "a", false);
  expect([...(store.peek(request("a")).columns?.last ?? [])]).toEqual([1]);
  await vi.advanceTimersByTimeAsync(600);
  expect(sent).toHaveLength(2);
  expect([...(store.peek(request("a")).columns?.last ?? [])]).toEqual([2]);
});

it("leaves series of other runs alone, and history alone when only system metrics came", async () => {
  const { store, sent } = storeWith();
  store.listen(request("a"), () => undefined);
  await soon();
  store.invalidate("e", "p", "b", false);
  store.invalidate("e", "p", "a", true);
  await vi.advanceTimersByTimeAsync(600);
  expect(sent).toHaveLength(1);
});

it("keeps the error of one series to itself", async () => {
  const store = new SeriesStore(async (series) => ({
    series: series.map(({ id, run }) =>
      run === "bad" ? { id, error: "no such run" } : answerTo([{ id } as SeriesQuery]).series[0],
    ) as PanelAnswer["series"],
  }));
  store.listen(request("bad"), () => undefined);
  store.listen(request("good"), () => undefined);
  await soon();
  expect(store.peek(request("bad")).error).toBe("no such run");
  expect(store.peek(request("good")).columns).not.toBeNull();
});
