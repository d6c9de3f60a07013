import { expect, it } from "vitest";
import type { LineageArtifact, LineageCluster, LineageGraph, LineageNode, LineageRun } from "@/api/contract";
import { addMember, draw, kinOf, merge, NOBODY, typesOf } from "./graph";

const place = { entity: "ada", project: "p", createdAt: "" };
const run = (id: string, up = 0, down = 0): LineageRun => ({
  ...place,
  id,
  kind: "run",
  run: id,
  title: id,
  state: "finished",
  jobType: null,
  up,
  down,
});
const artifact = (id: string, type = "dataset", up = 0, down = 0): LineageArtifact => ({
  ...place,
  id,
  kind: "artifact",
  type,
  collection: id,
  version: "v0",
  state: "COMMITTED",
  sizeBytes: 1,
  up,
  down,
});
const answer = (nodes: LineageNode[], edges: string[], clusters: LineageCluster[] = []): LineageGraph => ({
  start: nodes[0]?.id ?? "",
  nodes,
  edges: edges.map((text) => {
    const [from = "", to = ""] = text.split(">");
    return { from, to, usedAs: null };
  }),
  clusters,
  cut: false,
});
const cluster = (more: Partial<LineageCluster> = {}): LineageCluster => ({
  of: "data",
  direction: "down",
  kind: "run",
  type: null,
  count: 7,
  hidden: false,
  ...more,
});
const EVERYTHING = { hiddenTypes: new Set<string>(), system: false };

it("counts on either side of a node what nothing was told of yet", () => {
  const known = merge(NOBODY, answer([artifact("data", "dataset", 1, 3), run("make", 2, 1)], ["make>data"]));
  const [data, make] = draw(known, EVERYTHING).items;
  expect(data).toMatchObject({ id: "data", moreUp: 0, moreDown: 3 });
  expect(make).toMatchObject({ id: "make", moreUp: 2, moreDown: 0 });
  const later = merge(known, answer([artifact("data", "dataset", 1, 3), run("train", 1, 0)], ["data>train"]));
  expect(draw(later, EVERYTHING).items[0]).toMatchObject({ moreDown: 2 });
  expect(later.start).toBe("data");
});

it("draws a cluster beside its node, less those that were taken out of it", () => {
  const known = merge(
    NOBODY,
    answer([artifact("data", "dataset", 0, 8)], [], [cluster(), cluster({ hidden: true, count: 1 })]),
  );
  const one = addMember(known, cluster(), run("train-1", 1));
  const { items, edges } = draw(one, EVERYTHING);
  expect(items.map((item) => (item.kind === "cluster" ? item.count : item.id))).toEqual(["data", "train-1", 6, 1]);
  expect(items[0]).toMatchObject({ moreDown: 0 });
  expect(edges.map(({ from, to }) => [from, to])[0]).toEqual(["data", "train-1"]);
  const all = [2, 3, 4, 5, 6, 7].reduce((now, n) => addMember(now, cluster(), run(`train-${n}`)), one);
  expect(draw(all, EVERYTHING).items.filter(({ kind }) => kind === "cluster")).toHaveLength(1);
});

it("leaves out hidden types and what clients make for themselves, but never the start", () => {
  const nodes = [artifact("code", "code"), run("r"), artifact("model", "model"), artifact("job", "job")];
  const models = cluster({ of: "r", kind: "artifact", type: "model" });
  const known = merge(NOBODY, answer(nodes, ["code>r", "r>model", "r>job"], [models]));
  const ids = (filter: Parameters<typeof draw>[1]) => draw(known, filter).items.map(({ id }) => id);
  expect(ids(EVERYTHING)).toEqual(["code", "r", "model", "cluster r down artifact model"]);
  expect(ids({ hiddenTypes: new Set(["model"]), system: true })).toEqual(["code", "r", "job"]);
  expect(typesOf(known)).toEqual(["model", "code", "job"]);
});

it("knows everything before and behind an item", () => {
  const nodes = ["a", "b", "c", "d", "e"].map((id) => run(id));
  const drawing = draw(merge(NOBODY, answer(nodes, ["a>b", "b>c", "a>d", "d>e"])), EVERYTHING);
  expect([...kinOf(drawing, "b")].sort()).toEqual(["a", "b", "c"]);
});
