import { describe, expect, it } from "vitest";
import { hitsAt, nearestHit, nearestIndex } from "./hit-test";
import { EMPTY_COLUMNS, type LineSeries } from "./series";

const line = (id: string, x: number[], y: number[], smooth: number[] | null = null): LineSeries => {
  const last = Float64Array.from(y);
  return {
    id,
    label: id,
    color: "#000",
    dash: [],
    smooth: smooth && Float64Array.from(smooth),
    columns: { ...EMPTY_COLUMNS, x: Float64Array.from(x), last, min: last, max: last },
  };
};

describe("nearestIndex", () => {
  const x = Float64Array.from([0, 10, 20, 20, 35]);
  it("finds the nearest on either side, and the ends beyond the ends", () => {
    expect(nearestIndex(x, 4)).toBe(0);
    expect(nearestIndex(x, 6)).toBe(1);
    expect(nearestIndex(x, -100)).toBe(0);
    expect(nearestIndex(x, 100)).toBe(4);
  });
  it("knows an empty column", () => expect(nearestIndex(new Float64Array(), 1)).toBe(-1));
});

describe("hitsAt", () => {
  it("sorts by value, greatest first, and shows the smoothed value", () => {
    const hits = hitsAt([line("a", [0, 1], [1, 1]), line("b", [0, 1], [5, 9], [5, 7])], 1, 0.1);
    expect(hits.map(({ series, y }) => [series, y])).toEqual([
      [1, 7],
      [0, 1],
    ]);
  });
  it("leaves out a line that ended long before", () => {
    expect(hitsAt([line("short", [0, 10], [1, 1]), line("long", [0, 100], [2, 2])], 90, 2)).toHaveLength(1);
  });
  it("takes a finite neighbour where the value is missing", () => {
    expect(hitsAt([line("a", [0, 1, 2], [1, Number.NaN, 3])], 1.2, 1)[0]?.y).toBe(1);
  });
});

describe("nearestHit", () => {
  const hits = hitsAt([line("a", [0], [10]), line("b", [0], [20])], 0, 1);
  it("is the one closest to the pointer, within reach", () => {
    expect(nearestHit(hits, (y) => y, 12, 5)?.series).toBe(0);
    expect(nearestHit(hits, (y) => y, 40, 5)).toBeNull();
  });
});
