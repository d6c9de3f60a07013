/**
 * Smoothing of one line. Points without a finite value are skipped: they stay gaps and lend nothing to their neighbours.
 * The formulas are a promise to readers who compare curves between tools, so tests fix their values.
 */

export type SmoothingKind = "none" | "twema" | "ema" | "gaussian" | "running";
export interface Smoothing {
  kind: SmoothingKind;
  /** twema and ema: 0 to 1. gaussian: the deviation in points. running: the window in points. */
  weight: number;
}

export const NO_SMOOTHING: Smoothing = { kind: "none", weight: 0 };

/** The greatest useful weight of each kind, for sliders. */
export const WEIGHT_MAX: Record<SmoothingKind, number> = {
  none: 0,
  twema: 0.999,
  ema: 0.999,
  gaussian: 50,
  running: 100,
};

// a series spans this many units, whatever its x is: the weight then means the same on steps and on seconds
const VIEWPORT_SCALE = 1000;
const WEIGHT_LIMIT = 0.999;
// three deviations hold 99.7 % of the kernel
const KERNEL_REACH = 3;

/** The smoothed values, or null when there is nothing to smooth. */
export function smooth(x: Float64Array, y: Float64Array, { kind, weight }: Smoothing): Float64Array | null {
  if (kind === "none" || !(weight > 0) || y.length === 0) return null;
  if (kind === "twema") return timeWeighted(x, y, weight);
  if (kind === "ema") return exponential(y, weight);
  if (kind === "gaussian") return gaussian(y, weight);
  return runningAverage(y, weight);
}

/** Exponential average whose memory fades with distance on x, not with the count of points. */
export function timeWeighted(x: Float64Array, y: Float64Array, weight: number): Float64Array {
  const base = Math.min(Math.sqrt(weight), WEIGHT_LIMIT);
  const range = (x.at(-1) ?? 0) - (x[0] ?? 0) || 1;
  const out = new Float64Array(y.length).fill(Number.NaN);
  let sum = 0;
  let norm = 0;
  let before = Number.NaN;
  for (let i = 0; i < y.length; i++) {
    const value = y[i] as number;
    if (!Number.isFinite(value)) continue;
    const at = x[i] as number;
    const fade = Number.isNaN(before) ? 0 : base ** (((at - before) / range) * VIEWPORT_SCALE);
    sum = sum * fade + value;
    norm = norm * fade + 1;
    out[i] = sum / norm;
    before = at;
  }
  return out;
}

/** Exponential average with the usual correction for its start at zero. */
export function exponential(y: Float64Array, weight: number): Float64Array {
  const p = Math.min(weight, WEIGHT_LIMIT);
  const out = new Float64Array(y.length).fill(Number.NaN);
  let state = 0;
  let debt = 1;
  for (let i = 0; i < y.length; i++) {
    const value = y[i] as number;
    if (!Number.isFinite(value)) continue;
    state = state * p + (1 - p) * value;
    debt *= p;
    out[i] = state / (1 - debt);
  }
  return out;
}

export function gaussian(y: Float64Array, deviation: number): Float64Array {
  const reach = Math.max(1, Math.ceil(deviation * KERNEL_REACH));
  const kernel = Float64Array.from({ length: reach + 1 }, (_, k) => Math.exp(-(k * k) / (2 * deviation * deviation)));
  return windowed(y, (i) => [i - reach, i + reach], kernel);
}

/** The mean of `points` neighbours around each point; an even window leans back by one. */
export function runningAverage(y: Float64Array, points: number): Float64Array {
  const size = Math.max(1, Math.round(points));
  const back = Math.floor(size / 2);
  return windowed(y, (i) => [i - back, i - back + size - 1], null);
}

function windowed(y: Float64Array, window: (i: number) => [number, number], kernel: Float64Array | null): Float64Array {
  const out = new Float64Array(y.length).fill(Number.NaN);
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i])) continue;
    const [from, to] = window(i);
    let sum = 0;
    let norm = 0;
    for (let j = Math.max(0, from); j <= Math.min(y.length - 1, to); j++) {
      const value = y[j] as number;
      if (!Number.isFinite(value)) continue;
      const share = kernel ? (kernel[Math.abs(j - i)] as number) : 1;
      sum += value * share;
      norm += share;
    }
    out[i] = sum / norm;
  }
  return out;
}
