import { describe, expect, it } from "vitest";
import { matches } from "./shortcuts";

const press = (key: string, held: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key, ...held });

describe("a shortcut", () => {
  it("with mod takes Ctrl or ⌘", () => {
    expect(matches(press("k", { ctrlKey: true }), "mod+k")).toBe(true);
    expect(matches(press("k", { metaKey: true }), "mod+k")).toBe(true);
    expect(matches(press("k"), "mod+k")).toBe(false);
  });
  it("tells undo from redo", () => {
    expect(matches(press("z", { ctrlKey: true }), "mod+z")).toBe(true);
    expect(matches(press("Z", { ctrlKey: true, shiftKey: true }), "mod+z")).toBe(false);
    expect(matches(press("Z", { ctrlKey: true, shiftKey: true }), "mod+shift+z")).toBe(true);
  });
  it("of a single key is that key alone", () => {
    expect(matches(press("?", { shiftKey: true }), "?")).toBe(true);
    expect(matches(press("t", { ctrlKey: true }), "t")).toBe(false);
    expect(matches(press("t", { altKey: true }), "t")).toBe(false);
  });
});
