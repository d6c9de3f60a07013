import { describe, expect, it } from "vitest";
import { EMPTY_COLUMNS, type LineColumns } from "@/chart/series";
import { buildScene, buildSeries, lastValue } from "./build";
import { DEFAULT_LINE_SPEC, parseLineSpec, xOf } from "./spec";

const line = (over: Partial<LineColumns>): LineColumns => ({ ...EMPTY_COLUMNS, ...over });
const numbers = (...values: number[]) => Float64Array.from(values);
const theme = { text: "", grid: "", axis: "", font: "", rawAlpha: 0.25 };

describe("buildScene", () => {
  const columns = line({ x: numbers(0, 10), last: numbers(1, 3), min: numbers(1, 3), max: numbers(1, 3) });
  const drawn = { id: "a", label: "a", color: "#000", dash: [], columns };

  it("shows all there is, or what was zoomed to", () => {
    const series = buildSeries([drawn, { ...drawn, id: "b", columns: null }], DEFAULT_LINE_SPEC);
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
    expect(buildSeries([drawn], spec)[0]?.smooth).toBe(buildSeries([drawn], spec)[0]?.smooth);
  });
});

it("names the last value, finite or not", () => {
  expect(lastValue({ columns: line({ x: numbers(0, 1), last: numbers(4, Number.NaN) }) })).toBe(4);
  expect(lastValue({ columns: line({ nonFinite: [{ x: 3, value: Number.POSITIVE_INFINITY }] }) })).toBe(
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
