import { describe, expect, it } from "vitest";
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
