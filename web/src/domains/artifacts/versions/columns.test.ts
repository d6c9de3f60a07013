import { expect, it } from "vitest";
import { COLUMNS, columnsWith, nextOrder, sortOf, template } from "./columns";

it("turns the direction with each click, and begins with the one that is of use", () => {
  const size = { name: "size", falls: true };
  expect(nextOrder("-versionIndex", size)).toBe("-size");
  expect(nextOrder("-size", size)).toBe("size");
  expect(nextOrder("size", size)).toBe("-size");
  expect([sortOf("-size", "size"), sortOf("size", "size"), sortOf("-size", "createdAt")]).toEqual([
    "descending",
    "ascending",
    "none",
  ]);
});

it("has a track for each column, keys of metadata in sight, and one for the checkbox of those who may write", () => {
  const tracks = (text: string) => text.replaceAll(/\(.*?\)/g, "").split(" ").length;
  const columns = columnsWith(["a", "b"]);
  expect(columns.slice(0, 4).map((column) => ("key" in column ? column.key : column.id))).toEqual([
    "version",
    "aliases",
    "a",
    "b",
  ]);
  expect(tracks(template(columns, false))).toBe(COLUMNS.length + 2);
  expect(tracks(template(columnsWith([]), true))).toBe(COLUMNS.length + 1);
});
