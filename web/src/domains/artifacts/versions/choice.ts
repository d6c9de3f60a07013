/** Which versions of a list are chosen. Pure. */

export interface Choice {
  /** by name, "v3" */
  names: ReadonlySet<string>;
  /** where the last one was chosen: a click with Shift goes on from there */
  anchor: number | null;
}

export const NOTHING: Choice = { names: new Set(), anchor: null };

/** Chooses one or takes it back; the place in the list becomes the anchor. */
export function toggle({ names }: Choice, name: string, index: number): Choice {
  const next = new Set(names);
  if (!next.delete(name)) next.add(name);
  return { names: next, anchor: index };
}

/** Chooses all from the anchor to `index`; `nameAt` knows the rows that were seen, others are left out. */
export function extend(
  { names, anchor }: Choice,
  index: number,
  nameAt: (index: number) => string | undefined,
): Choice {
  const from = Math.min(anchor ?? index, index);
  const to = Math.max(anchor ?? index, index);
  const next = new Set(names);
  for (let at = from; at <= to; at++) {
    const name = nameAt(at);
    if (name !== undefined) next.add(name);
  }
  return { names: next, anchor: index };
}
