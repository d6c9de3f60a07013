/** One crosshair on many charts: whoever is under the pointer says where, the others of its group follow. */

type Listener = (x: number | null, source: object) => void;

const groups = new Map<string, Set<Listener>>();

/** Charts of one group share a meaning of x, e.g. "_step". Returns the way out. */
export function joinHover(group: string, listener: Listener): () => void {
  const members = groups.get(group) ?? new Set<Listener>();
  groups.set(group, members);
  members.add(listener);
  return () => {
    members.delete(listener);
    if (members.size === 0) groups.delete(group);
  };
}

/** `x` is null when the pointer has left. */
export function tellHover(group: string, x: number | null, source: object): void {
  for (const listener of groups.get(group) ?? []) listener(x, source);
}

const lineListeners = new Set<(id: string | null) => void>();
let lineId: string | null = null;

/** The line (run) that is in the reader's hand, in a chart or in a list; every chart that has it brings it forward. */
export function highlightLine(id: string | null): void {
  if (id === lineId) return;
  lineId = id;
  for (const listener of lineListeners) listener(id);
}

export const highlightedLine = (): string | null => lineId;

export function onHighlight(listener: (id: string | null) => void): () => void {
  lineListeners.add(listener);
  return () => lineListeners.delete(listener);
}
