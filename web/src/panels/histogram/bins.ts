/** Bars of a logged histogram. Pure; trusts nothing. */

export interface Bins {
  /** one more than counts */
  edges: number[];
  counts: number[];
}

const numbers = (value: unknown): number[] | null =>
  Array.isArray(value) && value.every((one) => typeof one === "number" && Number.isFinite(one)) ? value : null;

/** Null when the value is no histogram. Reads listed edges and the packed form of older clients. */
export function binsOf(value: Record<string, unknown>): Bins | null {
  const counts = numbers(value.values);
  if (!counts || counts.length === 0) return null;
  const edges = numbers(value.bins) ?? unpacked(value.packedBins, counts.length);
  return edges && edges.length === counts.length + 1 ? { edges, counts } : null;
}

function unpacked(packed: unknown, count: number): number[] | null {
  if (typeof packed !== "object" || packed === null) return null;
  const { min, size } = packed as { min?: unknown; size?: unknown };
  if (typeof min !== "number" || typeof size !== "number") return null;
  return Array.from({ length: count + 1 }, (_, index) => min + index * size);
}
