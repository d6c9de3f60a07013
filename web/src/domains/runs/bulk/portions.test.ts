import { describe, expect, it } from "vitest";
import type { BulkRequest } from "@/api/contract";
import { network, SIGNED_IN } from "@/test/render";
import { changeRuns, PORTION, undoOf } from "./portions";

const PLACE = { entity: "ada", project: "digits" };
const CALL = "POST /app/projects/ada/digits/runs:bulk";
const ids = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`);

describe("a change of many runs", () => {
  it("goes out in portions and says how far it is", async () => {
    const sent = network({
      "GET /app/session": SIGNED_IN,
      [CALL]: { done: ["x"], skipped: [{ id: "y", reason: "why" }], before: {} },
    });
    const seen: number[] = [];
    const runs = ids(PORTION * 2 + 1);
    const outcome = await changeRuns(
      PLACE,
      { action: "stop" },
      runs,
      ({ handled }) => seen.push(handled),
      new AbortController().signal,
    );
    expect(sent.filter(({ call }) => call === CALL).map(({ body }) => (body as BulkRequest).runs.length)).toEqual([
      PORTION,
      PORTION,
      1,
    ]);
    expect(seen).toEqual([0, PORTION, PORTION * 2, PORTION * 2 + 1]);
    expect(outcome).toEqual({ done: ["x", "x", "x"], skipped: Array(3).fill({ id: "y", reason: "why" }), before: {} });
  });

  it("ends between two portions when it is told to", async () => {
    const sent = network({ "GET /app/session": SIGNED_IN, [CALL]: { done: [], skipped: [], before: {} } });
    const stop = new AbortController();
    await changeRuns(
      PLACE,
      { action: "stop" },
      ids(PORTION * 3),
      ({ handled }) => handled && stop.abort(),
      stop.signal,
    );
    expect(sent.filter(({ call }) => call === CALL)).toHaveLength(1);
  });

  it("knows what takes each change back", () => {
    expect(undoOf(PLACE, { action: "delete" }, {})?.change).toEqual({ action: "restore" });
    expect(undoOf(PLACE, { action: "tag", add: ["a"] }, {})?.change).toEqual({ action: "tag", add: [], remove: ["a"] });
    expect(undoOf(PLACE, { action: "group", group: "g" }, { r: "old" })?.change.groups).toEqual({ r: "old" });
    const other = { entity: "ada", project: "other" };
    expect(undoOf(PLACE, { action: "move", to: other }, {})).toEqual({
      place: other,
      change: { action: "move", to: PLACE },
    });
    expect(undoOf(PLACE, { action: "stop" }, {})).toBeNull();
    expect(undoOf(PLACE, { action: "purge" }, {})).toBeNull();
  });
});
