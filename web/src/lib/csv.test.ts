import { describe, expect, it } from "vitest";
import { csvCell, readCsv, writeCsv } from "./csv";

describe("readCsv", () => {
  it("understands quotes, doubled quotes and line breaks inside them", () => {
    expect(readCsv('a,b\r\n"x, ""y""","1\n2"\n3,')).toEqual([
      ["a", "b"],
      ['x, "y"', "1\n2"],
      ["3", ""],
    ]);
  });
  it("stops at the limit, and takes tabs", () => {
    expect(readCsv("a\tb\n1\t2\n3\t4", "\t", 2)).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
  });
});

describe("csvCell", () => {
  it("guards what a spreadsheet would run, and leaves numbers alone", () => {
    expect(["=1+1", "+x", "@cmd", "-2", "-1e-5", "-x"].map(csvCell)).toEqual([
      "'=1+1",
      "'+x",
      "'@cmd",
      "-2",
      "-1e-5",
      "'-x",
    ]);
  });
  it("quotes what would break the line", () => {
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
    expect(csvCell(["x", 1])).toBe('"[""x"",1]"');
    expect(csvCell(null)).toBe("");
  });
});

it("reads back what it wrote", () => {
  const rows = [
    ["name", "note"],
    ["a,b", 'say "hi"\nnow'],
  ];
  expect(readCsv(writeCsv(rows))).toEqual(rows);
});
