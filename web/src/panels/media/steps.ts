/** Which of a run's media stands at a step. Pure. */

/** All steps at which any run has something, rising. */
export const stepsOf = (items: readonly (readonly { step: number }[])[]): number[] =>
  [...new Set(items.flatMap((one) => one.map(({ step }) => step)))].sort((a, b) => a - b);

/** The last item at or before `step`; at the far right (null) the latest there is. */
export function itemAt<T extends { step: number }>(items: readonly T[], step: number | null): T | null {
  if (step === null) return items.at(-1) ?? null;
  return items.findLast((item) => item.step <= step) ?? null;
}
