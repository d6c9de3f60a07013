import { describe, expect, it } from "vitest";
import { cleanLine, paletteColor, piecesOf } from "./ansi";

const shown = (line: string) => piecesOf(line).map(({ text, fg, bg }) => [text, fg, bg]);

describe("colours", () => {
  it("names the sixteen, and computes the rest", () => {
    expect(shown("a\u001b[31mred\u001b[0m \u001b[92mgreen\u001b[0m")).toEqual([
      ["a", null, null],
      ["red", "red", null],
      [" ", null, null],
      ["green", "bright-green", null],
    ]);
    expect(shown("\u001b[38;5;208mx\u001b[48;5;232my")).toEqual([
      ["x", "rgb(255, 135, 0)", null],
      ["y", "rgb(255, 135, 0)", "rgb(8, 8, 8)"],
    ]);
    expect(shown("\u001b[38;2;10;20;30mx")).toEqual([["x", "rgb(10, 20, 30)", null]]);
    expect(paletteColor(9)).toBe("bright-red");
  });

  it("carries weight, lines and inversion", () => {
    expect(piecesOf("\u001b[1;4mx\u001b[0m")[0]).toMatchObject({ bold: true, underline: true });
    expect(shown("\u001b[7;31mx")).toEqual([["x", "black", "red"]]);
  });
});

describe("cleanLine", () => {
  it("keeps the last writing of a progress bar", () => {
    expect(cleanLine("10%\r50%\r100%\r")).toBe("100%");
  });
  it("drops cursor movements and titles", () => {
    expect(cleanLine("\u001b[2K\u001b[1Aup\u001b]0;title\u0007")).toBe("up");
  });
});

it("makes addresses links without the punctuation behind them", () => {
  expect(piecesOf("see https://example.org/a?b=1.").map(({ text, href }) => [text, href])).toEqual([
    ["see ", null],
    ["https://example.org/a?b=1", "https://example.org/a?b=1"],
    [".", null],
  ]);
});
