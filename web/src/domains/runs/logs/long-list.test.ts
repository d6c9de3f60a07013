import { expect, it } from "vitest";
import { baseFor, MARGIN, SPAN, spanOf } from "./long-list";

it("lays out a short log whole", () => {
  expect(baseFor(50, 1_000, 0)).toBe(0);
  expect(spanOf(1_000, 0)).toBe(1_000);
});

it("holds every line of a long log well inside of some part", () => {
  const total = 5_000_123;
  for (let index = 0; index < total; index += 7_919) {
    const base = baseFor(index, total, 0);
    const span = spanOf(total, base);
    expect(index).toBeGreaterThanOrEqual(base);
    expect(index).toBeLessThan(base + span);
    expect(index - base >= MARGIN || base === 0).toBe(true);
    expect(base + span - index > MARGIN || base + span === total).toBe(true);
    expect(baseFor(index, total, base)).toBe(base);
  }
});

it("stays where it is until the line is near its end", () => {
  const base = baseFor(300_000, 1_000_000, 0);
  expect(baseFor(base + MARGIN, 1_000_000, base)).toBe(base);
  expect(baseFor(base + SPAN - MARGIN, 1_000_000, base)).toBeGreaterThan(base);
  expect(baseFor(999_999, 1_000_000, base) + SPAN).toBeGreaterThanOrEqual(1_000_000);
});
