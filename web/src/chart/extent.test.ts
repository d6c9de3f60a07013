import { describe, expect, it } from "vitest";
import { xExtent, yExtent } from "./extent";
import { EMPTY_COLUMNS, type LineSeries } from "./series";

const line = (x: number[], y: number[], nonFinite: { x: number; value: number }[] = []): LineSeries => {
  const last = Float64Array.from(y);
  return {
    id: "a",
    label: "a",
    color: "#000",
    dash: [],
    smooth: null,
    columns: { ...EMPTY_COLUMNS, x: Float64Array.from(x), last, min: last, max: last, nonFinite },
  };
};
const all = { x: [0, 1000] as const, log: false, ignoreOutliers: false };

describe("x extent", () => {
  it("covers points that have no value", () => {
    expect(xExtent([line([1, 5], [1, 1], [{ x: 9, value: Number.NaN }])])).toEqual([1, 9]);
  });
  it("gives a single point room, and nothing for no points", () => {
    expect(xExtent([line([4], [1])])).toEqual([3.5, 4.5]);
    expect(xExtent([line([], [])])).toBeNull();
  });
});

describe("y extent", () => {
  it("looks only at the x range", () => {
    const [low, high] = yExtent([line([0, 1, 2], [100, 1, 2])], { ...all, x: [1, 2] });
    expect(low).toBeCloseTo(0.95);
    expect(high).toBeCloseTo(2.05);
  });
  it("gives a flat line room on both sides", () => {
    expect(yExtent([line([0, 1], [10, 10])], all)).toEqual([9, 11]);
    expect(yExtent([line([0, 1], [0, 0])], all)).toEqual([-1, 1]);
  });
  it("drops what a logarithm cannot show", () => {
    const [low, high] = yExtent([line([0, 1, 2], [-5, 1, 100])], { ...all, log: true });
    expect(low).toBeGreaterThan(0.7);
    expect(high).toBeLessThan(130);
  });
  it("can leave out outliers", () => {
    const y = Array.from({ length: 100 }, (_, i) => (i === 50 ? 1e9 : i / 100));
    const [, high] = yExtent(
      [
        line(
          y.map((_, i) => i),
          y,
        ),
      ],
      { ...all, ignoreOutliers: true },
    );
    expect(high).toBeLessThan(2);
  });
  it("has an answer when nothing is finite", () => {
    expect(yExtent([line([0], [Number.NaN])], all)).toEqual([0, 1]);
  });
});
