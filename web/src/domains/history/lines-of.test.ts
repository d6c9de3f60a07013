import { expect, it } from "vitest";
import { type Frame, FrameCutter } from "@/api/panel-frames";
import { encodeFrame } from "@/test/frames";
import { linesOf } from "./lines-of";

it("cuts the columns of a frame into lines, raw ones and buckets side by side", () => {
  const frames: Frame[] = [];
  const header = { panel: 0, id: "a", done: true, runs: [2, 0, 1], points: [2, 1, 2], totals: [2, 50, 99] };
  const columns = {
    x: [1, 2, 9, 3, 4],
    last: [10, 20, 90, 30, 40],
    min: [80, 31, 41],
    max: [99, 39, 49],
    markX: [5, 6],
    markY: [Number.NaN, Number.POSITIVE_INFINITY],
  };
  new FrameCutter((frame) => frames.push(frame)).push(
    encodeFrame({ ...header, raw: [true, false, false], marks: [1, 0, 1], errors: [] }, columns),
  );
  const lines = linesOf(frames[0] as Frame).map(([run, { x, last, min, max, nonFinite, total, raw }]) => ({
    run,
    points: [...x].map((at, i) => [at, last[i], min[i], max[i]]),
    nonFinite,
    total,
    raw,
  }));
  expect(lines).toEqual([
    {
      run: 2,
      points: [
        [1, 10, 10, 10],
        [2, 20, 20, 20],
      ],
      nonFinite: [{ x: 5, value: Number.NaN }],
      total: 2,
      raw: true,
    },
    { run: 0, points: [[9, 90, 80, 99]], nonFinite: [], total: 50, raw: false },
    {
      run: 1,
      points: [
        [3, 30, 31, 39],
        [4, 40, 41, 49],
      ],
      nonFinite: [{ x: 6, value: Number.POSITIVE_INFINITY }],
      total: 99,
      raw: false,
    },
  ]);
});
