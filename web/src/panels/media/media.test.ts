import { describe, expect, it } from "vitest";
import { mediaFilesOf } from "./files";
import { picturesOf } from "./images";
import { itemAt, stepsOf } from "./steps";

describe("picturesOf", () => {
  it("reads a single picture with its caption", () => {
    expect(picturesOf({ _type: "image-file", path: "media/a.png", caption: "seven" }, { "media/a.png": "/x" })).toEqual(
      [{ path: "media/a.png", url: "/x", caption: "seven" }],
    );
  });
  it("reads a list whose captions may be missing or null", () => {
    const value = { _type: "images/separated", filenames: ["a.png", "b.png"], captions: ["one", null] };
    expect(picturesOf(value, { "a.png": "/a" })).toEqual([
      { path: "a.png", url: "/a", caption: "one" },
      { path: "b.png", url: null, caption: null },
    ]);
    expect(picturesOf({ ...value, captions: undefined }, {}).map(({ caption }) => caption)).toEqual([null, null]);
  });
  it("finds nothing in what is no picture", () => {
    expect(picturesOf({ _type: "images/separated", filenames: "x" }, {})).toEqual([]);
    expect(picturesOf({ _type: "audio-file", path: "a.wav" }, {})).toEqual([]);
  });
});

describe("mediaFilesOf", () => {
  const found = (value: Record<string, unknown>, urls = {}) =>
    mediaFilesOf(value, urls).map(({ kind, path, url, caption }) => [kind, path, url, caption]);

  it("reads single files by their kind", () => {
    expect(found({ _type: "audio-file", path: "a.wav", caption: "hum" }, { "a.wav": "/a" })).toEqual([
      ["audio", "a.wav", "/a", "hum"],
    ]);
    expect(found({ _type: "video-file", path: "a.mp4" })).toEqual([["video", "a.mp4", null, null]]);
    expect(found({ _type: "video-file", path: "a.GIF" })).toEqual([["picture", "a.GIF", null, null]]);
    expect(found({ _type: "plotly-file", path: "a.json" })).toEqual([["file", "a.json", null, null]]);
  });
  it("reads lists, whose captions stand beside them or in them", () => {
    const one = { _type: "audio-file", path: "1.wav" };
    const two = { _type: "audio-file", path: "2.wav", caption: "own" };
    expect(found({ _type: "audio", audio: [one, two, null], captions: ["first", "second"] })).toEqual([
      ["audio", "1.wav", null, "first"],
      ["audio", "2.wav", null, "own"],
    ]);
    expect(found({ _type: "html", html: [{ _type: "html-file", path: "1.html" }] })).toEqual([
      ["html", "1.html", null, null],
    ]);
  });
  it("finds objects of a list, whose names leave out their folder", () => {
    expect(
      found({ _type: "object3D", filenames: ["a.glb"], captions: ["x"] }, { "media/object3D/a.glb": "/a" }),
    ).toEqual([["object3D", "media/object3D/a.glb", "/a", "x"]]);
  });
  it("finds nothing in what names no file", () => {
    for (const value of [{ _type: "audio", audio: "x" }, { _type: "wb_trace_tree" }, { _type: "videos" }, { path: 7 }])
      expect(found(value)).toEqual([]);
  });
});

describe("steps", () => {
  const items = [{ step: 2 }, { step: 5 }, { step: 9 }];
  it("joins the steps of all runs", () => expect(stepsOf([items, [{ step: 3 }, { step: 5 }]])).toEqual([2, 3, 5, 9]));
  it("shows the last item at or before the step, and the latest at the far right", () => {
    expect(itemAt(items, 7)?.step).toBe(5);
    expect(itemAt(items, 1)).toBeNull();
    expect(itemAt(items, null)?.step).toBe(9);
    expect(itemAt([], null)).toBeNull();
  });
});
