import { describe, expect, it } from "vitest";
import { PALETTE_SIZE, runColor, runDash, type Theme } from "./palette";

const SURFACE: Record<Theme, string> = { light: "#ffffff", dark: "#14181d" };

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const contrast = (a: string, b: string): number => {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

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
