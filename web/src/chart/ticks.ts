/** Where axes put their marks and what they write there. */

export type AxisKind = "number" | "duration" | "time";

/** Round values (1, 2 or 5 times a power of ten) inside [min, max], about `count` of them. */
export function linearTicks(min: number, max: number, count: number): number[] {
  const span = max - min;
  if (!(span > 0) || !Number.isFinite(span)) return Number.isFinite(min) ? [min] : [];
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((nice) => nice * power >= rough * 0.999) ?? 10);
  return stepsOf(min, max, step, 0);
}

function stepsOf(min: number, max: number, step: number, origin: number): number[] {
  const first = Math.ceil((min - origin) / step - 1e-9);
  const last = Math.floor((max - origin) / step + 1e-9);
  // products, not sums: 0.1 added ten times is not 1
  const digits = Math.max(0, Math.min(15, 2 - Math.floor(Math.log10(step))));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number((origin + (first + i) * step).toFixed(digits)),
  );
}

/** Powers of ten, with 2 and 5 between them when there are few. */
export function logTicks(min: number, max: number, count: number): number[] {
  if (!(min > 0) || !(max > min)) return [];
  const low = Math.floor(Math.log10(min));
  const high = Math.ceil(Math.log10(max));
  const decades = high - low;
  const every = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const parts = decades <= 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = low; power <= high; power++) {
    if ((power - low) % every !== 0) continue;
    for (const part of parts) {
      const value = Number(`${part}e${power}`);
      if (value >= min * 0.999 && value <= max * 1.001) ticks.push(value);
    }
  }
  return ticks;
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

export interface DurationUnit {
  name: "s" | "min" | "h" | "d";
  seconds: number;
}

/** The unit in which the longest time on the axis is a small number. */
export function durationUnit(maxSeconds: number): DurationUnit {
  if (maxSeconds < 2 * MINUTE) return { name: "s", seconds: 1 };
  if (maxSeconds < 2 * HOUR) return { name: "min", seconds: MINUTE };
  if (maxSeconds < 2 * DAY) return { name: "h", seconds: HOUR };
  return { name: "d", seconds: DAY };
}

export function durationTicks(min: number, max: number, count: number): number[] {
  const { seconds } = durationUnit(Math.max(Math.abs(min), Math.abs(max)));
  return linearTicks(min / seconds, max / seconds, count).map((value) => value * seconds);
}

const CALENDAR_STEPS = [
  1,
  2,
  5,
  10,
  15,
  30,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  90 * DAY,
  365 * DAY,
];

/** Moments on whole seconds, minutes, hours or days of the reader's zone. Values are seconds since 1970. */
export function timeTicks(min: number, max: number, count: number): number[] {
  const rough = (max - min) / Math.max(1, count);
  const step = CALENDAR_STEPS.find((size) => size >= rough) ?? 365 * DAY;
  const zone = new Date(min * 1000).getTimezoneOffset() * MINUTE;
  return stepsOf(min, max, step, zone);
}

const pad = (value: number): string => String(value).padStart(2, "0");

/** A moment as short as its neighbours allow; `step` is the distance between ticks in seconds. */
export function formatMoment(seconds: number, step: number): string {
  const at = new Date(seconds * 1000);
  const day = `${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  if (step >= DAY) return day;
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  if (step < MINUTE) return `${time}:${pad(at.getSeconds())}`;
  return at.getHours() === 0 && at.getMinutes() === 0 ? day : time;
}

const MINUS = "\u2212";
const SI: [number, string][] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** As many digits as it takes to tell a tick from the next one. */
export function formatTick(value: number, step: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const [unit, letter] = SI.find(([least]) => size >= least * 10 || (size >= least && step >= least / 10)) ?? [1, ""];
  if (size < 1e-3 || step < 1e-6 || size >= 1e15) return scientific(value, step);
  const decimals = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step / unit) - 1e-9)));
  return (value / unit).toFixed(decimals).replace("-", MINUS) + letter;
}

function scientific(value: number, step: number): string {
  const digits = Math.max(
    0,
    Math.min(6, Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(step) + 1e-9)),
  );
  return value.toExponential(digits).replace("e+", "e").replaceAll("-", MINUS);
}

/** On a logarithmic axis each tick stands alone. */
export const formatLogTick = (value: number): string =>
  value >= 1e-3 && value < 1e5
    ? formatTick(value, value)
    : value.toExponential(0).replace("e+", "e").replaceAll("-", MINUS);

const LETTERS: Record<DurationUnit["name"], string> = { s: "s", min: "m", h: "h", d: "d" };

/** All labels of an axis; the distance between neighbours decides the digits. */
export function tickLabels(ticks: readonly number[], kind: AxisKind, log = false): string[] {
  if (log) return ticks.map(formatLogTick);
  const step = ticks.length > 1 ? (ticks[1] as number) - (ticks[0] as number) : Math.abs(ticks[0] ?? 1) || 1;
  if (kind === "time") return ticks.map((tick) => formatMoment(tick, step));
  if (kind === "duration") {
    const { name, seconds } = durationUnit(Math.max(...ticks.map(Math.abs), 0));
    return ticks.map((tick) => `${formatTick(tick / seconds, step / seconds)}${tick === 0 ? "" : LETTERS[name]}`);
  }
  return ticks.map((tick) => formatTick(tick, step));
}
