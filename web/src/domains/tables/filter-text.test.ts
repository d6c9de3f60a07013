import { describe, expect, it } from "vitest";
import type { TableColumn } from "@/api/contract";
import { readFilter, writeFilter } from "./filter-text";

const column = (name: string, ...kinds: string[]): TableColumn => ({
  name,
  kinds: Object.fromEntries(kinds.map((kind) => [kind, 1])),
  media: [],
  type: null,
});
const columns = [
  column("label", "text"),
  column("score", "number", "null"),
  column("guess", "text"),
  column("any", "text", "number"),
];

describe("what is typed above a column", () => {
  it.each([
    ["cat", 0, [{ column: 0, operator: "contains", value: "cat" }]],
    ["0.5", 1, [{ column: 1, operator: "=", value: "0.5" }]],
    [">= 0.5", 1, [{ column: 1, operator: ">=", value: "0.5" }]],
    [
      "> 0 & <1",
      1,
      [
        { column: 1, operator: ">", value: "0" },
        { column: 1, operator: "<", value: "1" },
      ],
    ],
    [
      "-1..2.5e3",
      1,
      [
        { column: 1, operator: ">=", value: "-1" },
        { column: 1, operator: "<=", value: "2.5e3" },
      ],
    ],
    ["!cat", 0, [{ column: 0, operator: "!contains", value: "cat" }]],
    ["~^c.t$", 0, [{ column: 0, operator: "matches", value: "^c.t$" }]],
    ["=", 0, [{ column: 0, operator: "=", value: "" }]],
    ["empty", 1, [{ column: 1, operator: "empty" }]],
    ["!empty", 1, [{ column: 1, operator: "present" }]],
    ["!= [guess]", 0, [{ column: 0, operator: "!=", other: 2 }]],
    ["= [nobody]", 0, [{ column: 0, operator: "=", value: "[nobody]" }]],
    ["7", 3, [{ column: 3, operator: "contains", value: "7" }]],
    [">", 1, []],
    ["", 0, []],
  ])("reads %j", (text, at, expected) => {
    const read = readFilter(text, at, columns);
    expect(read).toEqual(expected);
    expect(readFilter(writeFilter(read, columns), at, columns)).toEqual(expected);
  });
});
