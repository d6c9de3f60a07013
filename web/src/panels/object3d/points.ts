/** Point clouds and scenes as clients write them (`.pts.json`). Pure; trusts nothing: rows that are no points are left out. */
import { runColor } from "@/lib/palette";

export interface PointScene {
  /** x, y, z of each point */
  positions: Float32Array<ArrayBuffer>;
  /** red, green and blue of each point as linear light, null where none has a colour */
  colors: Float32Array<ArrayBuffer> | null;
  /** x, y, z of both ends of each line: the edges of boxes, and vectors */
  lines: Float32Array<ArrayBuffer>;
  lineColors: Float32Array<ArrayBuffer>;
  /** how many points there are; more than `MOST_POINTS` are thinned out evenly */
  total: number;
}

type Triple = [number, number, number];

export const MOST_POINTS = 1_000_000;
const LINE_COLOR: Triple = [255, 160, 0];

/** Null for what is no scene. */
export function readPointScene(json: unknown, most = MOST_POINTS): PointScene | null {
  const scene = Array.isArray(json) ? { points: json } : isRecord(json) ? json : null;
  if (!scene) return null;
  const { points, boxes, vectors } = scene as Record<string, unknown>;
  const rows = list(points);
  const every = Math.max(1, Math.ceil(rows.length / most));
  const positions: number[] = [];
  const colors: number[] = [];
  let colored = false;
  for (let at = 0; at < rows.length; at += every) {
    const row = list(rows[at]);
    const place = triple(row);
    if (!place) continue;
    const color = colorOf(row);
    colored ||= color !== null;
    positions.push(...place);
    colors.push(...linear(color ?? [128, 128, 128]));
  }
  const lines: number[] = [];
  const lineColors: number[] = [];
  const draw = (from: Triple, to: Triple, color: Triple) => {
    lines.push(...from, ...to);
    const light = linear(color);
    lineColors.push(...light, ...light);
  };
  for (const box of list(boxes).filter(isRecord)) {
    const corners = list(box.corners).flatMap((corner) => [triple(list(corner)) ?? []]) as Triple[];
    if (corners.length !== 8 || corners.some(({ length }) => length !== 3)) continue;
    const color = triple(list(box.color)) ?? LINE_COLOR;
    for (const [one, other] of edgesOf(corners)) draw(corners[one] as Triple, corners[other] as Triple, color);
  }
  for (const vector of list(vectors).filter(isRecord)) {
    const [start, end] = [triple(list(vector.start)), triple(list(vector.end))];
    if (start && end) draw(start, end, triple(list(vector.color)) ?? LINE_COLOR);
  }
  if (positions.length === 0 && lines.length === 0) return null;
  return {
    positions: new Float32Array(positions),
    colors: colored ? new Float32Array(colors) : null,
    lines: new Float32Array(lines),
    lineColors: new Float32Array(lineColors),
    total: rows.length,
  };
}

/**
 * Which corners a box joins. The client writes them in the order of signs (---, --+, -+-, …): those whose numbers differ in
 * one bit are neighbours. Corners in another order are joined to their three nearest.
 */
export function edgesOf(corners: readonly Triple[]): [number, number][] {
  const edges: [number, number][] = [];
  const signed = [1, 2, 4].every((bit) => sameSteps(corners, bit));
  corners.forEach((corner, one) => {
    const nearest = signed
      ? [1, 2, 4].map((bit) => one ^ bit)
      : corners
          .map((other, index) => ({ index, far: distance(corner, other) }))
          .filter(({ index }) => index !== one)
          .sort((a, b) => a.far - b.far)
          .slice(0, 3)
          .map(({ index }) => index);
    for (const other of nearest)
      if (!edges.some(([a, b]) => (a === one && b === other) || (a === other && b === one))) edges.push([one, other]);
  });
  return edges;
}

/** Whether all corners that differ in `bit` lie apart by the same way, as in a box. */
function sameSteps(corners: readonly Triple[], bit: number): boolean {
  const steps = corners.flatMap((corner, index) =>
    index & bit ? [] : [minus(corners[index | bit] as Triple, corner)],
  );
  const size = Math.max(...corners.flat().map(Math.abs), Number.EPSILON);
  return steps.every((step) => distance(step, steps[0] as Triple) < size * 1e-3);
}

const minus = (a: Triple, b: Triple): Triple => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const distance = (a: Triple, b: Triple): number => Math.hypot(...minus(a, b));
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function triple(row: readonly unknown[]): Triple | null {
  const [x, y, z] = row;
  return Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(z)
    ? [x as number, y as number, z as number]
    : null;
}

/** Rows have a category in a fourth column, or a colour in the fourth to the sixth. */
function colorOf(row: readonly unknown[]): Triple | null {
  if (row.length >= 6) return triple(row.slice(3, 6));
  const category = row[3];
  if (row.length !== 4 || !Number.isFinite(category)) return null;
  // the light ones of each pair show on both themes
  const hex = runColor(category as number, "dark");
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Triple;
}

/** Bytes as screens show them to light that adds up; beyond 255 is white. */
const linear = (color: Triple): Triple =>
  color.map((byte) => {
    const share = Math.max(0, Math.min(255, byte)) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Triple;
