import { expect, it } from "vitest";
import { readTtl, ttlSeconds } from "./ttl";

it("reads what the server says and writes it back", () => {
  for (const seconds of [-2, 86_400, 30 * 86_400]) expect(ttlSeconds(readTtl(seconds))).toBe(seconds);
  expect(ttlSeconds(readTtl(null))).toBe(-1);
});

it("counts a part of a day as one", () => {
  expect(readTtl(60)).toEqual({ kind: "days", days: 1 });
  expect(readTtl(86_401)).toEqual({ kind: "days", days: 2 });
});
