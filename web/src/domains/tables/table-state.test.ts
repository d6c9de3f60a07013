import { describe, expect, it } from "vitest";
import { EMPTY_STATE, readState, shownColumns, type TableState, toggleSort, writeState } from "./table-state";

const through = (state: TableState) => {
  const params = new URLSearchParams("tab=files");
  writeState(state, params);
  const text = params.toString();
  return { text, state: readState(new URLSearchParams(text)) };
};

describe("the address of a table", () => {
  it("carries all that was chosen", () => {
    const state: TableState = {
      search: "a & b",
      filter: [
        { column: 3, operator: ">=", value: "0.5" },
        { column: 0, operator: "!=", other: 2 },
        { column: 1, operator: "empty" },
      ],
      sort: [
        { column: 12, descending: true },
        { column: 0, descending: false },
      ],
      hidden: [4, 5],
      pinned: [7],
      size: "large",
      row: 41,
      at: 900_000,
    };
    expect(through(state).state).toEqual(state);
  });
  it("has nothing of a table that is as it was logged", () => expect(through(EMPTY_STATE).text).toBe("tab=files"));
  it("takes what makes no sense for nothing", () => {
    const params = new URLSearchParams({
      "t.filter": '[[0,"~"],7,["a","="],[1,"=","x"]',
      "t.sort": "x",
      "t.row": "-1",
      "t.size": "9",
    });
    expect(readState(params)).toEqual(EMPTY_STATE);
    expect(readState(new URLSearchParams({ "t.filter": '[[0,"~"],7,["a","="],[1,"=","x"]]' })).filter).toEqual([
      { column: 1, operator: "=", value: "x" },
    ]);
  });
});

describe("sorting", () => {
  it("goes up, down, and back", () => {
    const up = toggleSort([], 1, false);
    const down = toggleSort(up, 1, false);
    expect([up, down, toggleSort(down, 1, false)]).toEqual([
      [{ column: 1, descending: false }],
      [{ column: 1, descending: true }],
      [],
    ]);
    expect(toggleSort(down, 2, true)).toEqual([...down, { column: 2, descending: false }]);
    expect(toggleSort(down, 2, false)).toEqual([{ column: 2, descending: false }]);
  });
});

it("shows pinned columns first and hidden ones not at all", () => {
  expect(shownColumns(5, { hidden: [1, 9], pinned: [3, 8, 1] })).toEqual({ columns: [3, 0, 2, 4], pinnedCount: 1 });
});
