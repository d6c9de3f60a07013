import { expect, it } from "vitest";
import { binsOf } from "./bins";

it("reads listed edges", () => {
  expect(binsOf({ values: [1, 2], bins: [0, 0.5, 1] })).toEqual({ counts: [1, 2], edges: [0, 0.5, 1] });
});

it("unpacks even bins", () => {
  expect(binsOf({ values: [1, 2], packedBins: { min: -1, size: 2, count: 2 } })?.edges).toEqual([-1, 1, 3]);
});

it("refuses what does not fit together", () => {
  expect(binsOf({ values: [1, 2], bins: [0, 1] })).toBeNull();
  expect(binsOf({ values: ["1"], bins: [0, 1] })).toBeNull();
  expect(binsOf({})).toBeNull();
});
