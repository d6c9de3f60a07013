import { expect, it } from "vitest";
import { centreOn, firstView, fit, reveal, SCALE_MAX, zoomAt } from "./viewport";

const SIZE = { width: 800, height: 600 };

it("keeps the point under the pointer while it scales, within bounds", () => {
  const view = { x: 10, y: 20, scale: 1 };
  const at = { x: 110, y: 220 };
  const near = zoomAt(view, 1.5, at);
  expect((at.x - near.x) / near.scale).toBeCloseTo(100);
  expect((at.y - near.y) / near.scale).toBeCloseTo(200);
  expect(zoomAt(view, 100, at).scale).toBe(SCALE_MAX);
});

it("fits a large plane into the window, and a small one in its middle at its own size", () => {
  const large = fit({ width: 4000, height: 300 }, SIZE);
  expect(large.scale * 4000).toBeLessThanOrEqual(SIZE.width);
  expect(fit({ width: 100, height: 100 }, SIZE)).toEqual({ scale: 1, x: 350, y: 250 });
});

it("begins with the start where all of it could not be read", () => {
  const start = { x: 8000, y: 0, width: 200, height: 40 };
  const { x, scale } = firstView({ width: 16_000, height: 400 }, start, SIZE);
  expect(scale).toBeGreaterThan(0.7);
  expect(x + 8100 * scale).toBeCloseTo(400);
  expect(firstView({ width: 500, height: 400 }, start, SIZE).scale).toBe(1);
});

it("moves no more than it must to show a box", () => {
  const view = { x: 0, y: 0, scale: 1 };
  const box = { x: 700, y: 100, width: 200, height: 40 };
  expect(reveal(view, box, SIZE)).toEqual({ x: -124, y: 0, scale: 1 });
  expect(reveal(view, { ...box, x: 300 }, SIZE)).toEqual(view);
  expect(centreOn(box, SIZE, 1)).toEqual({ x: -400, y: 180, scale: 1 });
});
