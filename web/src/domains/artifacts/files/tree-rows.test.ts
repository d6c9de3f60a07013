import { expect, it } from "vitest";
import { type FileRow, fileRows, foldersTo, type Item, type Loaded, ordered, parentOf } from "./tree-rows";

const file = (path: string): Item => ({ kind: "file", path, sizeBytes: 1, digest: "x", ref: null });
const folder = (path: string): Item => ({ kind: "folder", path, fileCount: 2, sizeBytes: 2 });
const loaded = (items: Item[], more: Partial<Loaded> = {}): Loaded => ({
  items,
  next: null,
  pending: false,
  error: null,
  ...more,
});
const named = (rows: FileRow[]) => rows.map(({ kind, path, depth }) => `${"  ".repeat(depth)}${kind} ${path}`);

it("shows what is open, folders first and numbers by their value", () => {
  const folders = new Map([
    ["", loaded([file("a.txt"), folder("b"), folder("c"), file("z10"), file("z9")])],
    ["b", loaded([file("b/1"), folder("b/2")])],
    ["c", loaded([file("c/1")])],
  ]);
  expect(named(fileRows(folders, new Set(["b", "b/2"])))).toEqual([
    "folder b",
    "  folder b/2",
    "    waiting b/2",
    "  file b/1",
    "folder c",
    "file a.txt",
    "file z9",
    "file z10",
  ]);
});

it("keeps the server's order while pages are missing, and says what is missing", () => {
  const top = loaded([file("a.txt"), folder("b")], { next: "62" });
  expect(named(fileRows(new Map([["", top]]), new Set()))).toEqual(["file a.txt", "folder b", "more "]);
  const waiting = { ...top, pending: true };
  expect(named(fileRows(new Map([["", waiting]]), new Set())).at(-1)).toBe("waiting ");
  const failed = { ...top, error: new Error("away") };
  expect(named(fileRows(new Map([["", failed]]), new Set())).at(-1)).toBe("failed ");
  expect(named(fileRows(new Map(), new Set()))).toEqual(["waiting "]);
  expect(ordered(top)[0]?.path).toBe("a.txt");
});

it("knows the way to a file", () => {
  expect(foldersTo("a/b/c.txt")).toEqual(["", "a", "a/b"]);
  expect(foldersTo("c.txt")).toEqual([""]);
  expect([parentOf("a/b"), parentOf("a")]).toEqual(["a", ""]);
});
