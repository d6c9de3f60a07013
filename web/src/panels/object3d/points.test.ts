import { describe, expect, it } from "vitest";
import { edgesOf, readPointScene } from "./points";

const BOX = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => [bits >> 2, (bits >> 1) & 1, bits & 1] as [number, number, number]);
const lengths = (corners: typeof BOX) =>
  edgesOf(corners).map(([a, b]) =>
    Math.hypot(...[0, 1, 2].map((at) => (corners[a]?.[at] ?? 0) - (corners[b]?.[at] ?? 0))),
  );

describe("a point cloud", () => {
  it("is rows of places, of places with a category, or with a colour", () => {
    expect(readPointScene([[1, 2, 3]])).toMatchObject({
      positions: new Float32Array([1, 2, 3]),
      colors: null,
      total: 1,
    });
    expect(readPointScene([[0, 0, 0, 3]])?.colors).toHaveLength(3);
    // brighter than white is white
    expect([...(readPointScene([[0, 0, 0, 255, 0, 300]])?.colors ?? [])]).toEqual([1, 0, 1]);
  });

  it("leaves out rows that are no points, and is none without any", () => {
    expect(readPointScene([[1, 2], ["a", 0, 0], [0, "NaN", 0], null, [4, 5, 6]])?.positions).toEqual(
      new Float32Array([4, 5, 6]),
    );
    for (const nothing of [[], {}, null, "x", 7, { points: {} }]) expect(readPointScene(nothing)).toBeNull();
  });

  it("is thinned out evenly when it is large", () => {
    const scene = readPointScene(
      Array.from({ length: 10 }, (_, x) => [x, 0, 0]),
      4,
    );
    expect(scene?.total).toBe(10);
    expect(scene?.positions).toEqual(new Float32Array([0, 0, 0, 3, 0, 0, 6, 0, 0, 9, 0, 0]));
  });
});

describe("a scene", () => {
  it("has boxes and vectors in their colours, without points too", () => {
    const scene = readPointScene({
      type: "lidar/beta",
      boxes: [{ corners: BOX, color: [0, 255, 0] }, { corners: BOX.slice(1) }],
      vectors: [{ start: [0, 0, 0], end: [1, 1, 1] }, { start: [0, 0] }],
    });
    expect(scene?.lines).toHaveLength((12 + 1) * 6);
    expect([...(scene?.lineColors ?? [])].slice(0, 6)).toEqual([0, 1, 0, 0, 1, 0]);
  });

  it("joins the twelve edges of a box in whatever order its corners come", () => {
    expect(lengths(BOX)).toEqual(Array(12).fill(1));
    const [a, b, c, d, e, f, g, h] = BOX as [[number, number, number], ...typeof BOX] & typeof BOX;
    expect(lengths([a, b, d, c, e, f, h, g] as typeof BOX)).toEqual(Array(12).fill(1));
  });
});
