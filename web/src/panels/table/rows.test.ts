import { expect, it } from "vitest";
import { cellText, readTable } from "./rows";

it("reads columns by position, whatever they are called", () => {
  expect(readTable({ columns: [0, "a", "a"], data: [[1, 2, 3], 7] })).toEqual({
    columns: ["0", "a", "a"],
    rows: [[1, 2, 3], [7]],
  });
  expect(readTable({ rows: [] })).toBeNull();
  expect(readTable("x")).toBeNull();
});

it("puts cells in words", () => {
  expect(cellText(null)).toBe("");
  expect(cellText(false)).toBe("false");
  expect(cellText({ _type: "image-file", caption: "seven" })).toBe("image-file · seven");
  expect(cellText([1, 2])).toBe("[1,2]");
});
