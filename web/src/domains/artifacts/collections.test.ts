import { expect, it } from "vitest";
import type { CollectionRow } from "@/api/contract";
import { navRows, recentCollections } from "./collections";

const collection = (type: string, name: string, updatedAt = ""): CollectionRow => ({
  name,
  type,
  description: "",
  versionCount: 1,
  latest: "v0",
  updatedAt,
});
const TYPES = [
  { name: "dataset", collections: [collection("dataset", "digits", "2026-01-01"), collection("dataset", "faces")] },
  { name: "model", collections: [collection("model", "digits-mlp", "2026-02-01")] },
];
const named = (rows: ReturnType<typeof navRows>) =>
  rows.map((row) => (row.kind === "type" ? `${row.type} ${row.count}` : row.collection.name));

it("lists collections under their types and folds a type away", () => {
  expect(named(navRows(TYPES, "", new Set(["dataset"])))).toEqual(["dataset 2", "model 1", "digits-mlp"]);
});

it("finds by words of type and name, and opens what is folded", () => {
  expect(named(navRows(TYPES, "DIGI data", new Set(["dataset"])))).toEqual(["dataset 1", "digits"]);
  expect(navRows(TYPES, "nothing", new Set())).toEqual([]);
});

it("puts the collection that changed last first", () => {
  expect(recentCollections(TYPES, null).map(({ name }) => name)).toEqual(["digits-mlp", "digits", "faces"]);
  expect(recentCollections(TYPES, "dataset")).toHaveLength(2);
});
