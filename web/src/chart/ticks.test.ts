import { describe, expect, it } from "vitest";
import { durationTicks, durationUnit, formatTick, linearTicks, logTicks, tickLabels, timeTicks } from "./ticks";

describe("linear ticks", () => {
  it("are round and inside the range", () => {
    expect(linearTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(-3, 12, 4)).toEqual([0, 5, 10]);
    expect(linearTicks(0.1, 0.3, 4)).toEqual([0.1, 0.15, 0.2, 0.25, 0.3]);
  });

  it("survive a range without width", () => {
    expect(linearTicks(5, 5, 4)).toEqual([5]);
    expect(linearTicks(Number.NaN, 1, 4)).toEqual([]);
  });
});

describe("logarithmic ticks", () => {
  it("are powers of ten, with steps between when there are few", () => {
    expect(logTicks(1e-4, 10, 8)).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1, 10]);
    expect(logTicks(1, 50, 6)).toEqual([1, 2, 5, 10, 20, 50]);
  });

  it("have nothing to say about what is not positive", () => expect(logTicks(-1, 1, 5)).toEqual([]));
});

describe("durations", () => {
  it("take their unit from the longest time", () => {
    expect(durationUnit(90).name).toBe("s");
    expect(durationUnit(1800).name).toBe("min");
    expect(durationUnit(7300).name).toBe("h");
    expect(durationUnit(200_000).name).toBe("d");
  });

  it("are labelled in that unit", () => {
    const ticks = durationTicks(0, 1800, 4);
    expect(ticks).toEqual([0, 600, 1200, 1800]);
    expect(tickLabels(ticks, "duration")).toEqual(["0", "10m", "20m", "30m"]);
  });
});

describe("moments", () => {
  it("stand on whole minutes", () => {
    const ticks = timeTicks(1_700_000_030, 1_700_000_400, 4);
    expect(ticks.every((tick) => tick % 60 === 0)).toBe(true);
    expect(tickLabels(ticks, "time")[0]).toMatch(/^\d\d:\d\d$/);
  });
});

describe("labels", () => {
  it("have the digits that tell neighbours apart", () => {
    expect(tickLabels([0.25, 0.3, 0.35], "number")).toEqual(["0.25", "0.30", "0.35"]);
    expect(formatTick(20_000, 5000)).toBe("20k");
    expect(formatTick(1500, 500)).toBe("1.5k");
    expect(formatTick(-0.5, 0.1)).toBe("\u22120.5");
    expect(formatTick(2.5e-5, 5e-6)).toBe("2.5e\u22125");
  });

  it("of a logarithmic axis stand alone", () =>
    expect(tickLabels([1e-5, 0.01, 1, 1e6], "number", true)).toEqual(["1e\u22125", "0.01", "1", "1e6"]));
});
