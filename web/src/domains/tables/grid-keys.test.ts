import { expect, it } from "vitest";
import { nextSpot } from "./grid-keys";
import { firstSize, firstWidth } from "./widths";

it("moves by keys and stays inside", () => {
  const bounds = { lines: 10, places: 3, page: 4, far: false };
  const from = { line: 2, place: 1 };
  const lead = (key: string, far = false) => nextSpot(from, key, { ...bounds, far });
  expect(lead("ArrowDown")).toEqual({ line: 3, place: 1 });
  expect(lead("ArrowUp", true)).toEqual({ line: 0, place: 1 });
  expect(lead("PageDown")).toEqual({ line: 6, place: 1 });
  expect(lead("PageUp")).toEqual({ line: 0, place: 1 });
  expect(lead("End", true)).toEqual({ line: 9, place: 2 });
  expect(lead("Home")).toEqual({ line: 2, place: 0 });
  expect(lead("x")).toBeNull();
});

it("gives room for what columns hold", () => {
  const column = { name: "x", kinds: { number: 1 }, media: [], type: null };
  expect(firstWidth(column)).toBeLessThan(firstWidth({ ...column, kinds: { text: 1 } }));
  expect(firstWidth({ ...column, name: "x".repeat(300) })).toBe(360);
  expect([firstSize([column]), firstSize([{ ...column, media: ["image-file"] }])]).toEqual(["small", "medium"]);
});
