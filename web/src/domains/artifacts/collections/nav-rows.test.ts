import { expect, it } from "vitest";
import type { ArtifactRow, CollectionRow } from "@/api/contract";
import { collectionKey, type NavRow, type NavState, navRows, recentCollections } from "./nav-rows";

const collection = (type: string, name: string, updatedAt = "", versionCount = 1): CollectionRow => ({
  name,
  type,
  kind: "sequence",
  description: "",
  tags: name === "faces" ? ["private"] : [],
  versionCount,
  latest: "v0",
  createdAt: "",
  updatedAt,
});
const TYPES = [
  { name: "dataset", collections: [collection("dataset", "digits", "2026-01-01", 3), collection("dataset", "faces")] },
  { name: "model", collections: [collection("model", "mlp-10", "2026-02-01"), collection("model", "mlp-9", "", 9)] },
];
const STATE: NavState = { query: "", sort: "name", folded: new Set(), opened: new Set(), versionsOf: () => undefined };
const named = (rows: NavRow[]) =>
  rows.map((row) => {
    if (row.kind === "type") return `${row.type} ${row.count}`;
    return row.kind === "version" ? row.version.version : row.kind === "collection" ? row.collection.name : row.kind;
  });

it("lists collections under their types, numbers in names by their value, and folds a type away", () => {
  const rows = navRows(TYPES, { ...STATE, folded: new Set(["dataset"]) });
  expect(named(rows)).toEqual(["dataset 2", "model 2", "mlp-9", "mlp-10"]);
});

it("finds by words of type, name and tags, and opens what is folded", () => {
  const folded = new Set(["dataset"]);
  expect(named(navRows(TYPES, { ...STATE, query: "DIGI data", folded }))).toEqual(["dataset 1", "digits"]);
  expect(named(navRows(TYPES, { ...STATE, query: "private" }))).toEqual(["dataset 1", "faces"]);
  expect(navRows(TYPES, { ...STATE, query: "nothing" })).toEqual([]);
});

it("sorts by last change and by number of versions", () => {
  expect(named(navRows(TYPES, { ...STATE, sort: "updated" })).slice(4)).toEqual(["mlp-10", "mlp-9"]);
  expect(named(navRows(TYPES, { ...STATE, sort: "versions" })).slice(1, 3)).toEqual(["digits", "faces"]);
});

it("shows the newest versions of an open collection and the way to the rest", () => {
  const opened = new Set([collectionKey({ type: "dataset", name: "digits" })]);
  expect(named(navRows(TYPES, { ...STATE, opened })).slice(0, 4)).toEqual(["dataset 2", "digits", "waiting", "faces"]);
  const versionsOf = () => [{ version: "v2" }, { version: "v1" }] as ArtifactRow[];
  const rows = navRows(TYPES, { ...STATE, opened, versionsOf });
  expect(named(rows).slice(1, 5)).toEqual(["digits", "v2", "v1", "more"]);
});

it("puts the collection that changed last first", () => {
  expect(recentCollections(TYPES, null).map(({ name }) => name)).toEqual(["mlp-10", "digits", "faces", "mlp-9"]);
  expect(recentCollections(TYPES, "dataset")).toHaveLength(2);
});
