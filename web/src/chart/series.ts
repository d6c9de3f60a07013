/** What the engine draws: columns of numbers per line, never an object per point. */

/**
 * One line's points in rising order of x. A bucket holds the last, least and greatest finite value of the points it stands
 * for; a raw point is its own bucket. A bucket without a finite value is NaN in all three: a gap.
 */
export interface LineColumns {
  x: Float64Array;
  last: Float64Array;
  min: Float64Array;
  max: Float64Array;
  /** points that have no place on the y axis, marked on the x axis instead */
  nonFinite: readonly NonFinitePoint[];
  /** points in the range, before bucketing */
  total: number;
  raw: boolean;
}

export interface NonFinitePoint {
  x: number;
  value: number;
}

export interface LineSeries {
  id: string;
  label: string;
  color: string;
  dash: readonly number[];
  columns: LineColumns;
  /** smoothed `last`, or null when smoothing is off; the raw line then stays faint beneath it */
  smooth: Float64Array | null;
}

export const EMPTY_COLUMNS: LineColumns = {
  x: new Float64Array(),
  last: new Float64Array(),
  min: new Float64Array(),
  max: new Float64Array(),
  nonFinite: [],
  total: 0,
  raw: true,
};
