import { expect, it } from "vitest";
import { encodeFrame } from "@/test/frames";
import { type Frame, FrameCutter } from "./panel-frames";

const lines = encodeFrame(
  { panel: 0, id: "a", done: false, runs: [4] },
  { x: [1, 2, 3], count: [7, 8, 9], last: [Number.NaN, 5, 6] },
);
const end = encodeFrame({ end: true });

function cut(pieces: Uint8Array[]) {
  const frames: Frame[] = [];
  const cutter = new FrameCutter((frame) => frames.push(frame));
  for (const piece of pieces) cutter.push(piece);
  return { frames, ended: cutter.ended };
}
const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

it.each([1, 3, 8, 1000])("finds the same frames in pieces of %i bytes", (size) => {
  const bytes = joined(lines, lines, end);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.slice(i * size, (i + 1) * size),
  );
  const { frames, ended } = cut(pieces);
  expect(ended).toBe(true);
  expect(frames).toHaveLength(2);
  expect(frames[1]?.header).toMatchObject({ id: "a", runs: [4] });
  expect([...(frames[1]?.columns.get("x") ?? [])]).toEqual([1, 2, 3]);
  expect([...(frames[1]?.columns.get("count") ?? [])]).toEqual([7, 8, 9]);
  expect([...(frames[1]?.columns.get("last") ?? [])]).toEqual([Number.NaN, 5, 6]);
});

it("hands a frame over before the next one has begun", () => {
  const { frames, ended } = cut([lines]);
  expect(frames).toHaveLength(1);
  expect(ended).toBe(false);
});

it("shares one buffer among the columns of a frame", () => {
  const { columns } = cut([lines]).frames[0] as Frame;
  expect(columns.get("x")?.buffer).toBe(columns.get("last")?.buffer);
});

it("throws what the server says went wrong", () => {
  expect(() => cut([encodeFrame({ failure: { code: "unavailable", message: "the database is busy" } })])).toThrow(
    "the database is busy",
  );
});
