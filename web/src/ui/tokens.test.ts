import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contrast } from "@/test/contrast";

const css = readFileSync("src/ui/tokens.css", "utf8");
const readBlock = (selector: string): Record<string, string> => {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]));
};
const light = readBlock(":root");
const themes = { light, dark: { ...light, ...readBlock(':root[data-theme="dark"]') } };

const TEXT = ["text", "muted", "accent", "accent-hover", "good", "warn", "bad", "info"];
const GROUNDS = ["bg", "surface", "raised", "hover"];

describe.each(["light", "dark"] as const)("the %s theme", (theme) => {
  const ratio = (a: string, b: string) => contrast(themes[theme][a] ?? "", themes[theme][b] ?? "");

  it.each(TEXT.flatMap((ink) => GROUNDS.map((ground) => [ink, ground] as const)))("reads %s on %s", (ink, ground) =>
    expect(ratio(ink, ground)).toBeGreaterThanOrEqual(4.5),
  );

  it.each([
    ["on-accent", "accent"],
    ["on-accent", "accent-hover"],
    ["text", "accent-tint"],
    ["text", "bad-tint"],
    ["bad", "bad-tint"],
    ["surface", "text"],
  ])("reads %s on %s", (ink, ground) => expect(ratio(ink, ground)).toBeGreaterThanOrEqual(4.5));

  it.each(["focus", "faint", "chart-axis"])("shows %s beside any ground", (ink) => {
    for (const ground of GROUNDS) expect(ratio(ink, ground)).toBeGreaterThanOrEqual(3);
  });
});
