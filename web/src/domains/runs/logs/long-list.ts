/** Which part of a very long list is laid out: browsers draw no element taller than some million pixels. Pure. */

// 1.8 million pixels at 18 a line: within what every browser lays out, and whole for most logs
export const SPAN = 100_000;
// the part moves in steps of this, so that it stays in place while one scrolls to and fro
const STEP = SPAN / 2;
// so near its end it moves on
export const MARGIN = 5_000;

/** The first line of the part in which `index` is well inside; `base`, as long as that part will do. */
export function baseFor(index: number, total: number, base: number): number {
  if (total <= SPAN) return 0;
  const last = Math.ceil((total - SPAN) / STEP) * STEP;
  const isInside =
    base <= last &&
    (index >= base + MARGIN || (base === 0 && index >= 0)) &&
    (index < base + SPAN - MARGIN || base === last);
  if (isInside) return base;
  return Math.min(last, Math.max(0, Math.round((index - SPAN / 2) / STEP) * STEP));
}

/** How many lines the part that begins with `base` has. */
export const spanOf = (total: number, base: number) => Math.max(0, Math.min(SPAN, total - base));
