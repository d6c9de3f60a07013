import { expect, it } from "vitest";
import { neighbour } from "./use-log-search";

const MATCHES = [3, 40, 500];

it("begins at what is on the screen, and walks on from there", () => {
  expect(neighbour(MATCHES, null, 1, 30)).toBe(40);
  expect(neighbour(MATCHES, null, -1, 30)).toBe(3);
  expect(neighbour(MATCHES, 40, 1, 0)).toBe(500);
  expect(neighbour(MATCHES, 40, -1, 0)).toBe(3);
});

it("finds nothing beyond the ends", () => {
  expect(neighbour(MATCHES, 500, 1, 0)).toBeNull();
  expect(neighbour(MATCHES, 3, -1, 0)).toBeNull();
  expect(neighbour([], null, 1, 0)).toBeNull();
});
