import { expect, it } from "vitest";
import type { StoredFile } from "@/api/contract";
import { fileRows, previewOf } from "./file-tree";

const file = (name: string, sizeBytes = 1): StoredFile => ({
  name,
  sizeBytes,
  mimetype: "",
  updatedAt: "",
  md5: "",
  url: "",
});

it("puts folders before files, in natural order, with the size of all they hold", () => {
  const rows = fileRows([file("b.txt"), file("media/x/10.png", 5), file("media/x/2.png", 7), file("a.txt")], new Set());
  expect(rows.map(({ path, depth, sizeBytes }) => [path, depth, sizeBytes])).toEqual([
    ["media", 0, 12],
    ["media/x", 1, 12],
    ["media/x/2.png", 2, 7],
    ["media/x/10.png", 2, 5],
    ["a.txt", 0, 1],
    ["b.txt", 0, 1],
  ]);
});

it("leaves out what is folded", () => {
  expect(fileRows([file("a/b/c")], new Set(["a"])).map(({ path }) => path)).toEqual(["a"]);
});

it("knows how files are shown", () => {
  const shown = (name: string, mimetype = "") => previewOf({ name, mimetype });
  expect(
    ["a.PNG", "t.table.json", "s.json", "d.csv", "README.md", "x/Dockerfile", "run.py"].map((name) => shown(name)),
  ).toEqual(["image", "table", "json", "csv", "markdown", "text", "text"]);
  expect(["a.wav", "b/c.MP3", "clip.mp4", "clip.webm"].map((name) => shown(name))).toEqual([
    "audio",
    "audio",
    "video",
    "video",
  ]);
  expect(["a.pts.json", "b.GLB", "c.stl", "page.html"].map((name) => shown(name))).toEqual([
    "object3D",
    "object3D",
    "object3D",
    "html",
  ]);
  expect(shown("model.bin", "application/octet-stream")).toBeNull();
  expect(shown("notes", "text/plain")).toBe("text");
  // a picture that is a document could run scripts
  expect(shown("x.svg", "image/svg+xml")).toBeNull();
});
