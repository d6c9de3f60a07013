import { describe, expect, it } from "vitest";
import { exponential, gaussian, runningAverage, smooth, timeWeighted } from "./smoothing";

const of = (...values: number[]) => Float64Array.from(values);
const close = (actual: Float64Array, expected: number[]) => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    if (Number.isNaN(value)) expect(actual[i]).toBeNaN();
    else expect(actual[i]).toBeCloseTo(value, 12);
  });
};

describe("time-weighted average", () => {
  it("fades by the distance on x, scaled so that the whole series is 1000 wide", () => {
    // range 2, so a step of 1 is 500 units: fade = sqrt(0.99)^500
    const fade = Math.sqrt(0.99) ** 500;
    const second = (1 * fade + 5) / (fade + 1);
    const third = ((1 * fade + 5) * fade + 3) / ((fade + 1) * fade + 1);
    close(timeWeighted(of(0, 1, 2), of(1, 5, 3), 0.99), [1, second, third]);
  });

  it("holds its weight at 0.999", () => {
    const fade = 0.999 ** 1000;
    close(timeWeighted(of(0, 1), of(0, 1), 1), [0, 1 / (fade + 1)]);
  });

  it("skips what is not finite and measures the distance over it", () => {
    const fade = Math.sqrt(0.99) ** 1000;
    close(timeWeighted(of(0, 1, 2), of(2, Number.NaN, 4), 0.99), [2, Number.NaN, (2 * fade + 4) / (fade + 1)]);
  });
});

describe("exponential average", () => {
  it("corrects for starting at zero", () => {
    close(exponential(of(1, 2, 3), 0.5), [1, (0.25 + 1) / 0.75, (0.625 + 1.5) / 0.875]);
  });

  it("counts only finite points", () => {
    close(exponential(of(1, Number.POSITIVE_INFINITY, 2), 0.5), [1, Number.NaN, (0.25 + 1) / 0.75]);
  });
});

describe("gaussian", () => {
  it("weighs neighbours on both sides", () => {
    const near = Math.exp(-0.5);
    const far = Math.exp(-2);
    const middle = (near * 1 + 2 + near * 6) / (1 + 2 * near);
    close(gaussian(of(1, 2, 6), 1), [
      (1 + near * 2 + far * 6) / (1 + near + far),
      middle,
      (far * 1 + near * 2 + 6) / (1 + near + far),
    ]);
  });
});

describe("running average", () => {
  it("centres its window and shortens it at the ends", () => {
    close(runningAverage(of(1, 2, 6, 3), 3), [1.5, 3, 11 / 3, 4.5]);
  });
});

describe("smooth", () => {
  it("is off for weight 0 and for none", () => {
    expect(smooth(of(0, 1), of(1, 2), { kind: "twema", weight: 0 })).toBeNull();
    expect(smooth(of(0, 1), of(1, 2), { kind: "none", weight: 0.9 })).toBeNull();
  });
});
