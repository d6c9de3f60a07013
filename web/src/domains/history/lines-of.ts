import type { LinesHeader } from "@/api/contract";
import type { Frame } from "@/api/panel-frames";
import type { LineColumns, NonFinitePoint } from "@/chart/series";

const EMPTY = new Float64Array();

/** The lines of a frame with their run's position, as views into its columns. */
export function linesOf({ header, columns }: Frame): [run: number, LineColumns][] {
  const { runs, points, totals, raw, marks } = header as LinesHeader;
  const column = (name: string) => (columns.get(name) ?? EMPTY) as Float64Array;
  const last = column("last");
  const markX = column("markX");
  const markY = column("markY");
  // raw points have no entry in the columns of buckets: each is its own least and greatest value
  let [point, bucket, mark] = [0, 0, 0];
  return runs.map((run, i) => {
    const count = points[i] as number;
    const isRaw = raw[i] as boolean;
    const lasts = last.subarray(point, point + count);
    const line: LineColumns = {
      x: column("x").subarray(point, point + count),
      last: lasts,
      min: isRaw ? lasts : column("min").subarray(bucket, bucket + count),
      max: isRaw ? lasts : column("max").subarray(bucket, bucket + count),
      nonFinite: pairs(markX, markY, mark, mark + (marks[i] as number)),
      total: totals[i] as number,
      raw: isRaw,
    };
    point += count;
    if (!isRaw) bucket += count;
    mark += marks[i] as number;
    return [run, line];
  });
}

const pairs = (x: Float64Array, value: Float64Array, from: number, to: number): NonFinitePoint[] =>
  Array.from({ length: to - from }, (_, i) => ({ x: x[from + i] as number, value: value[from + i] as number }));
