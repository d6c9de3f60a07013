/** Parts of a comparison added up. Pure. */
import type { ChangeTotals } from "@/api/contract";

export type Totals = Omit<ChangeTotals, "next">;

const NOTHING: Totals = {
  added: 0,
  addedBytes: 0,
  removed: 0,
  removedBytes: 0,
  changed: 0,
  changedBytesBefore: 0,
  changedBytesAfter: 0,
  compared: 0,
};

export function addTotals(parts: readonly Totals[]): Totals {
  const sum = { ...NOTHING };
  for (const part of parts) for (const key of Object.keys(NOTHING) as (keyof Totals)[]) sum[key] += part[key];
  return sum;
}
