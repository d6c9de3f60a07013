import { describe, expect, it } from "vitest";
import type { SeriesData } from "@/api/contract";
import { buildScene, buildSeries, decodeColumns, lastValue } from "./build";
import { DEFAULT_LINE_SPEC, parseLineSpec, xOf } from "./spec";

const answer = (over: Partial<SeriesData>): SeriesData => ({
  id: "s",
  total: 0,
  raw: true,
  x: [],
  last: [],
  min: [],
  max: [],
  nonFinite: [],
  ...over,
});
const theme = { text: "", grid: "", axis: "", font: "", rawAlpha: 0.25 };

describe("decodeColumns", () => {
  it("makes typed arrays and reads the words for non-finite numbers", () => {
    const columns = decodeColumns(
      answer({ x: [0, 1], last: [1, "NaN"], min: [1, "NaN"], max: [2, "NaN"], nonFinite: [[1, "-Infinity"]] }),
    );
    expect(columns.last).toBeInstanceOf(Float64Array);
    expect([...columns.last]).toEqual([1, Number.NaN]);
    expect(columns.nonFinite).toEqual([{ x: 1, value: Number.NEGATIVE_INFINITY }]);
  });

  it("puts points of a falling x in order", () => {
    const columns = decodeColumns(
      answer({ x: [3, 1, "NaN", 2], last: [30, 10, 0, 20], min: [0, 0, 0, 0], max: [0, 0, 0, 0] }),
    );
    expect([...columns.x]).toEqual([1, 2, 3]);
    expect([...columns.last]).toEqual([10, 20, 30]);
  });
});

describe("buildScene", () => {
  const columns = decodeColumns(answer({ x: [0, 10], last: [1, 3], min: [1, 3], max: [1, 3] }));
  const line = { id: "a", label: "a", color: "#000", dash: [], columns };

  it("shows all there is, or what was zoomed to", () => {
    const series = buildSeries([line, { ...line, id: "b", columns: null }], DEFAULT_LINE_SPEC);
    expect(series).toHaveLength(1);
    const scene = (zoom: [number, number] | null) =>
      buildScene({ series, spec: DEFAULT_LINE_SPEC, xKind: "number", zoom, theme })?.x;
    expect(scene(null)).toEqual([0, 10]);
    expect(scene([2, 4])).toEqual([2, 4]);
  });

  it("is null without a point", () => {
    expect(buildScene({ series: [], spec: DEFAULT_LINE_SPEC, xKind: "number", zoom: null, theme })).toBeNull();
  });

  it("smooths once per answer and setting", () => {
    const spec = { ...DEFAULT_LINE_SPEC, smoothing: { kind: "ema" as const, weight: 0.5 } };
    expect(buildSeries([line], spec)[0]?.smooth).toBe(buildSeries([line], spec)[0]?.smooth);
  });
});

it("names the last value, finite or not", () => {
  expect(lastValue({ columns: decodeColumns(answer({ x: [0, 1], last: [4, "NaN"] })) })).toBe(4);
  expect(lastValue({ columns: decodeColumns(answer({ nonFinite: [[3, "Infinity"]] })) })).toBe(
    Number.POSITIVE_INFINITY,
  );
  expect(lastValue({ columns: null })).toBeNaN();
});

describe("parseLineSpec", () => {
  it("takes defaults for what it does not understand", () => {
    expect(parseLineSpec(null)).toEqual(DEFAULT_LINE_SPEC);
    expect(parseLineSpec({ xAxis: "sideways", smoothing: { kind: "ema", weight: 7 }, maxRuns: 5 })).toEqual({
      ...DEFAULT_LINE_SPEC,
      smoothing: { kind: "ema", weight: 0.999 },
    });
  });
  it("returns what it was given", () => {
    const spec = { ...DEFAULT_LINE_SPEC, logY: true, xAxis: "_runtime" as const, maxRuns: 50 };
    expect(parseLineSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });
});

it("follows a metric's own step metric only when asked to", () => {
  expect(xOf("auto", "epoch")).toEqual({ key: "epoch", kind: "number" });
  expect(xOf("auto", null).key).toBe("_step");
  expect(xOf("_runtime", "epoch")).toEqual({ key: "_runtime", kind: "duration" });
});
