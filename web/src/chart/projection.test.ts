import { expect, it } from "vitest";
import { projection, pxToX, xToPx, yToPx } from "./projection";

const area = { left: 40, top: 10, width: 200, height: 100 };

it("puts the corners of the range on the corners of the area", () => {
  const p = projection([10, 20], [-1, 1], false, area);
  expect([xToPx(p, 10), xToPx(p, 20)]).toEqual([40, 240]);
  expect([yToPx(p, -1), yToPx(p, 1)]).toEqual([110, 10]);
  expect(pxToX(p, 140)).toBeCloseTo(15);
});

it("gives every decade the same height on a logarithmic axis", () => {
  const p = projection([0, 1], [0.01, 1], true, area);
  expect(yToPx(p, 0.1)).toBeCloseTo(60);
  expect(yToPx(p, 0)).toBe(Number.POSITIVE_INFINITY);
});
