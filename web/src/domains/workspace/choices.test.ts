import { describe, expect, it } from "vitest";
import { DEFAULT_CHOICES, isVisible, parseChoices } from "./choices";

describe("parseChoices", () => {
  it("reads nothing, noise and what is cut off as the defaults", () => {
    for (const text of [null, "", "{", "null", "[]", '{"columns":"many","eyes":7}'])
      expect(parseChoices(text)).toEqual(DEFAULT_CHOICES);
  });
  it("returns what was kept", () => {
    const kept = { ...DEFAULT_CHOICES, columns: 2, eyes: "all" as const, flipped: ["r1"], closed: ["/val"] };
    expect(parseChoices(JSON.stringify(kept))).toEqual(kept);
  });
});

describe("eyes", () => {
  it("follow the first runs of the list unless a reader said otherwise", () => {
    const choices = { ...DEFAULT_CHOICES, firstN: 2, flipped: ["b", "d"] };
    expect(["a", "b", "c", "d"].filter((run, at) => isVisible(choices, run, at))).toEqual(["a", "d"]);
  });
  it("can show all or none but a few", () => {
    expect(isVisible({ ...DEFAULT_CHOICES, eyes: "all", flipped: ["x"] }, "x", 0)).toBe(false);
    expect(isVisible({ ...DEFAULT_CHOICES, eyes: "none", flipped: ["x"] }, "x", 99)).toBe(true);
  });
});
