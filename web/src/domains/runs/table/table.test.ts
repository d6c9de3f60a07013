import { describe, expect, it } from "vitest";
import type { RunRow } from "@/api/contract";
import { allColumns, cellOf, columnOf, firstColumns } from "./columns";
import { readFilterRows, readValue, toServerFilter, writeFilterRows } from "./filters";
import { DEFAULT_SORT, readSort, serverOrder, toggleSort, writeSort } from "./sorting";

describe("columns", () => {
  it("take keys with dots, slashes and nothing in them", () => {
    expect(columnOf("config.a.b/c")).toMatchObject({ kind: "config", key: "a.b/c", serverKey: "config.a.b/c" });
    expect(columnOf("summary.")).toMatchObject({ key: "", serverKey: "summary_metrics." });
    expect(columnOf("nothing")).toBeNull();
  });
  it("start with what every run has, and end with all there is", () => {
    const seen = { config: ["lr"], summary: ["loss"] };
    expect(firstColumns(seen)).toContain("summary.loss");
    expect(allColumns(seen).map(({ id }) => id)).toContain("notes");
  });
  it("read cells, and tell a null from nothing", () => {
    const row = { title: "t", group: null, config: { lr: null }, summary: {} } as unknown as RunRow;
    const cell = (id: string) => cellOf(row, columnOf(id) as NonNullable<ReturnType<typeof columnOf>>);
    expect([cell("title"), cell("group"), cell("config.lr"), cell("summary.x")]).toEqual([
      "t",
      undefined,
      null,
      undefined,
    ]);
  });
});

describe("sorting", () => {
  it("goes through the address unharmed", () => {
    const keys = [
      { id: "config.a,b", descending: true },
      { id: "title", descending: false },
    ];
    expect(readSort(writeSort(keys))).toEqual(keys);
    expect(readSort("rubbish")).toBe(DEFAULT_SORT);
  });
  it("turns rising, falling, off; with more keys it leaves the others", () => {
    const rising = toggleSort([], "title", false);
    const falling = toggleSort(rising, "title", false);
    expect([rising, falling, toggleSort(falling, "title", false)]).toEqual([
      [{ id: "title", descending: false }],
      [{ id: "title", descending: true }],
      [],
    ]);
    expect(toggleSort(rising, "state", true).map(({ id }) => id)).toEqual(["title", "state"]);
  });
  it("speaks the server's names", () => {
    expect(serverOrder([{ id: "summary.loss", descending: true }])).toEqual(["-summary_metrics.loss"]);
  });
});

describe("filters", () => {
  it("read what was typed", () => {
    expect(["0.1", "true", "null", "adam", "1e-3 "].map(readValue)).toEqual([0.1, true, null, "adam", 0.001]);
  });
  it("become the client's language, and leave out lines that are not finished", () => {
    expect(
      toServerFilter([
        { column: "config.lr", operator: "le", value: "0.1" },
        { column: "title", operator: "contains", value: "a.b" },
        { column: "tags", operator: "eq", value: "best" },
        { column: "summary.loss", operator: "exists", value: "" },
        { column: "state", operator: "eq", value: " " },
      ]),
    ).toEqual({
      $and: [
        { "config.lr": { $lte: 0.1 } },
        { display_name: { $regex: "(?i)a\\.b" } },
        { tags: { $in: ["best"] } },
        { "summary_metrics.loss": { $exists: true } },
      ],
    });
    expect(toServerFilter([])).toBeUndefined();
  });
  it("go through the address unharmed", () => {
    const rows = [{ column: "config.lr", operator: "gt" as const, value: "1" }];
    expect(readFilterRows(writeFilterRows(rows))).toEqual(rows);
    expect(readFilterRows('[["nope","gt","1"],7]')).toEqual([]);
    expect(readFilterRows("{")).toEqual([]);
  });
});
