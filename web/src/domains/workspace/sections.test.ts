import { describe, expect, it } from "vitest";
import type { Metric } from "@/api/contract";
import { autoSections, finderOf, searchSections, systemFamilies } from "./sections";

const metric = (key: string, over: Partial<Metric> = {}): Metric => ({
  key,
  type: "number",
  xKey: null,
  hidden: false,
  system: false,
  count: 1,
  ...over,
});
const shape = (metrics: Metric[]) =>
  autoSections(metrics).map(({ name, panels }) => [
    "word" in name ? name.word : name.prefix,
    ...panels.map(({ key }) => key),
  ]);

describe("autoSections", () => {
  it("puts a key beneath its last prefix, and keys without one under Charts", () => {
    expect(shape([metric("val/loss"), metric("loss"), metric("a/b/c"), metric("val/acc")])).toEqual([
      ["charts", "loss"],
      ["a/b", "a/b/c"],
      ["val", "val/acc", "val/loss"],
    ]);
  });

  it("sorts names as people count", () => {
    expect(shape([metric("layer10"), metric("layer2")])).toEqual([["charts", "layer2", "layer10"]]);
  });

  it("gives hidden keys, private keys, strings and system metrics no panel", () => {
    expect(
      shape([
        metric("h", { hidden: true }),
        metric("_runtime"),
        metric("note", { type: "string" }),
        metric("system.cpu", { system: true }),
      ]),
    ).toEqual([]);
  });

  it("shows media and tables in sections of their own", () => {
    expect(
      shape([metric("t", { type: "table-file" }), metric("img", { type: "images/separated" }), metric("loss")]),
    ).toEqual([
      ["charts", "loss"],
      ["media", "img"],
      ["tables", "t"],
    ]);
  });

  it("keeps an empty metric name and odd characters", () => {
    expect(shape([metric(""), metric("a b/ünï 🙂")])).toEqual([
      ["charts", ""],
      ["a b", "a b/ünï 🙂"],
    ]);
  });
});

describe("search", () => {
  it("leaves out sections it empties", () => {
    const found = searchSections(autoSections([metric("val/loss"), metric("lr")]), finderOf("LOSS", false).finds);
    expect(found.map(({ id }) => id)).toEqual(["/val"]);
  });

  it("takes patterns, and reports broken ones without losing what is shown", () => {
    expect(finderOf("^val/", true).finds("val/loss")).toBe(true);
    expect(finderOf("^val/", true).finds("a/val/loss")).toBe(false);
    expect(finderOf("(", true)).toMatchObject({ invalid: true });
    expect(finderOf("(", true).finds("anything")).toBe(true);
  });
});

it("draws the devices of one kind together", () => {
  const families = systemFamilies(
    ["system.gpu.0.temp", "system.gpu.10.temp", "system.gpu.2.temp", "system.cpu"].map((key) =>
      metric(key, { system: true }),
    ),
  );
  expect(families).toEqual([
    { name: "cpu", keys: ["system.cpu"] },
    { name: "gpu.*.temp", keys: ["system.gpu.0.temp", "system.gpu.2.temp", "system.gpu.10.temp"] },
  ]);
});
