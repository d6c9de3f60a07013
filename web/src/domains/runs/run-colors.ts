/** Colours of runs on one page. Pure. */
import { PALETTE_SIZE, runColor, runDash, type Theme } from "@/lib/palette";

export interface RunLook {
  color: string;
  dash: readonly number[];
}

interface Colored {
  id: string;
  colorIndex: number;
}

/**
 * Each run keeps its own palette index; of two visible runs with one index the later takes the nearest free one, for this
 * view only. With more runs than colours the rest keep theirs, told apart by dashes.
 */
export function runLooks(visible: readonly Colored[], theme: Theme): Map<string, RunLook> {
  const taken = new Set<number>();
  const looks = new Map<string, RunLook>();
  for (const { id, colorIndex } of visible) {
    const index = freeIndex(colorIndex, taken);
    taken.add(index % PALETTE_SIZE);
    looks.set(id, { color: runColor(index, theme), dash: runDash(index) });
  }
  return looks;
}

function freeIndex(wanted: number, taken: ReadonlySet<number>): number {
  const own = ((Math.trunc(wanted) % PALETTE_SIZE) + PALETTE_SIZE) % PALETTE_SIZE;
  if (taken.size >= PALETTE_SIZE) return Math.max(0, Math.trunc(wanted));
  for (let step = 0; step < PALETTE_SIZE; step++) {
    const index = (own + step) % PALETTE_SIZE;
    if (!taken.has(index)) return index;
  }
  return own;
}
