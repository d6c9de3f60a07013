import { expect, it } from "vitest";
import { diffMetadata } from "./metadata-diff";

it("compares leaf by leaf, and tells what only one side has", () => {
  const before = { lr: 0.1, split: { train: 0.8, val: 0.2 }, old: true };
  const after = { lr: 0.1, split: { train: 0.9, val: 0.2 }, layers: [48, 24] };
  expect(diffMetadata(before, after).filter(({ same }) => !same)).toEqual([
    { key: "layers", before: undefined, after: "[48,24]", same: false },
    { key: "old", before: "true", after: undefined, same: false },
    { key: "split.train", before: "0.8", after: "0.9", same: false },
  ]);
  expect(diffMetadata(before, before).every(({ same }) => same)).toBe(true);
});

it("keeps a key with a dot apart from a nested one", () => {
  const rows = diffMetadata({ "a.b": 1 }, { a: { b: 1 } });
  expect(rows.map(({ key, before, after }) => [key, before, after])).toEqual([
    ["a.b", "1", undefined],
    ["a.b", undefined, "1"],
  ]);
});
