/** Durations and moments as people read them. */

const pad = (value: number): string => String(value).padStart(2, "0");

/** 0.4s, 12s, 3m 07s, 1h 04m, 2d 03h. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds > 0 && seconds < 10 && !Number.isInteger(seconds))
    return `${Math.max(0.1, Math.floor(seconds * 10) / 10)}s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${pad(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d ${pad(Math.floor((whole % 86_400) / 3600))}h`;
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "5m ago", "in 2h"; within a minute "just now". Both are milliseconds since 1970. */
export function formatRelative(at: number, now: number): string {
  const seconds = (at - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return "just now";
}

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** The moment in the reader's own zone and habit. */
export const formatAbsolute = (at: number): string => absolute.format(at);

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

/** A day such as 2026-01-31, in the reader's habit. */
export const formatDay = (text: string): string => day.format(Date.parse(`${text}T00:00:00Z`));

/** Milliseconds since 1970 of an ISO string, or null for null and for what is no time. */
export function parseTime(iso: string | null | undefined): number | null {
  if (!iso) return null;
  const at = Date.parse(iso);
  return Number.isNaN(at) ? null : at;
}
