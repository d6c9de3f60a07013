import { describe, expect, it } from "vitest";
import { contrast } from "@/test/contrast";
import { PALETTE_SIZE, runColor, runDash, type Theme } from "./palette";

const SURFACE: Record<Theme, string> = { light: "#ffffff", dark: "#14181d" };

describe("run palette", () => {
  it("has 24 different colours in either theme", () => {
    for (const theme of ["light", "dark"] as const)
      expect(new Set(Array.from({ length: PALETTE_SIZE }, (_, index) => runColor(index, theme))).size).toBe(24);
  });

  it.each(["light", "dark"] as const)("is visible on the %s surface", (theme) => {
    for (let index = 0; index < PALETTE_SIZE; index++)
      expect(contrast(runColor(index, theme), SURFACE[theme])).toBeGreaterThanOrEqual(3);
  });

  it("starts over past its end, with another dash", () => {
    expect(runColor(24, "light")).toBe(runColor(0, "light"));
    expect(runDash(0)).toEqual([]);
    expect(runDash(24)).toEqual([6, 3]);
    expect(runDash(96)).toEqual([]);
  });

  it("takes any index", () => expect(runColor(-1, "dark")).toBe(runColor(23, "dark")));
});
