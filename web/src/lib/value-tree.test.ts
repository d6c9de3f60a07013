import { expect, it } from "vitest";
import { findLeaves, leafText, treeRows } from "./value-tree";

const tree = {
  _step: 3,
  lr: 0.1,
  model: { layers: 4, "a.b": null },
  betas: [0.9, 0.99],
  blocks: [{ w: 1 }],
  empty: {},
};

it("sorts names, the client's own last, and takes plain lists for leaves", () => {
  expect(treeRows(tree, new Set()).map(({ key, depth, entries }) => [key, depth, entries])).toEqual([
    ["betas", 0, null],
    ["blocks", 0, 1],
    ["0", 1, 1],
    ["w", 2, null],
    ["empty", 0, null],
    ["lr", 0, null],
    ["model", 0, 2],
    ["a.b", 1, null],
    ["layers", 1, null],
    ["_step", 0, null],
  ]);
});

it("leaves out what is folded", () => {
  expect(treeRows(tree, new Set(['["model"]'])).map(({ key }) => key)).not.toContain("layers");
});

it("finds leaves by name and by value", () => {
  expect(findLeaves(tree, (text) => text.includes("layers")).map(({ key }) => key)).toEqual(["model.layers"]);
  expect(findLeaves(tree, (text) => text === "0.1").map(({ key }) => key)).toEqual(["lr"]);
});

it("puts leaves in words", () => {
  expect(leafText(null)).toBe("null");
  expect(leafText("x")).toBe("x");
  expect(leafText({ _type: "image-file", path: "a.png" })).toBe("image-file · a.png");
});
