/** A version's time to live in words and in seconds. Pure. */

export const TTL_INHERIT = -1;
export const TTL_OFF = -2;
const DAY_S = 86_400;

export type Ttl = { kind: "inherit" } | { kind: "off" } | { kind: "days"; days: number };

/** Reads the server's seconds: null is inherited, -2 is never; parts of days count up. */
export function readTtl(seconds: number | null): Ttl {
  if (seconds === null || seconds === TTL_INHERIT) return { kind: "inherit" };
  if (seconds < 0) return { kind: "off" };
  return { kind: "days", days: Math.max(1, Math.ceil(seconds / DAY_S)) };
}

export function ttlSeconds(ttl: Ttl): number {
  if (ttl.kind === "inherit") return TTL_INHERIT;
  return ttl.kind === "off" ? TTL_OFF : ttl.days * DAY_S;
}
