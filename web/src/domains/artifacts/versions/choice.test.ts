import { expect, it } from "vitest";
import { extend, NOTHING, toggle } from "./choice";

const nameAt = (index: number) => (index === 3 ? undefined : `v${9 - index}`);

it("chooses one and takes it back", () => {
  const one = toggle(NOTHING, "v8", 1);
  expect([...one.names]).toEqual(["v8"]);
  expect(toggle(one, "v8", 1).names.size).toBe(0);
});

it("goes on from the last one in either direction, over those that it knows", () => {
  const from = toggle(NOTHING, "v8", 1);
  expect([...extend(from, 4, nameAt).names]).toEqual(["v8", "v7", "v5"]);
  expect([...extend(from, 0, nameAt).names]).toEqual(["v8", "v9"]);
  expect([...extend(NOTHING, 2, nameAt).names]).toEqual(["v7"]);
});
