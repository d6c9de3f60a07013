/** A nested value as the rows of a tree. Pure. */

export interface TreeRow {
  /** the way to it, quoted so that a key with a dot stays one key */
  path: string;
  key: string;
  depth: number;
  value: unknown;
  /** how many entries a branch has; null for a leaf */
  entries: number | null;
}

type Entries = [string, unknown][];

/** Lists of plain values are leaves: a list of betas is read as one thing. */
export function entriesOf(value: unknown): Entries | null {
  if (Array.isArray(value)) {
    const nested = value.some((one) => typeof one === "object" && one !== null);
    return nested ? value.map((one, index) => [String(index), one]) : null;
  }
  if (typeof value !== "object" || value === null || "_type" in value) return null;
  const entries = Object.entries(value);
  return entries.length > 0 ? entries : null;
}

const natural = new Intl.Collator("en", { numeric: true });
const own = ([key]: [string, unknown]): boolean => key.startsWith("_");

/** By name, the client's own keys last: clients send them in no order at all. */
const sorted = (entries: Entries): Entries =>
  entries.toSorted((a, b) => Number(own(a)) - Number(own(b)) || natural.compare(a[0], b[0]));

/** All rows whose ancestors are not folded. */
export function treeRows(tree: Record<string, unknown>, folded: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (entries: Entries, parent: readonly string[]) => {
    for (const [key, value] of sorted(entries)) {
      const way = [...parent, key];
      const path = JSON.stringify(way);
      const inner = entriesOf(value);
      rows.push({ path, key, depth: parent.length, value, entries: inner?.length ?? null });
      if (inner && !folded.has(path)) walk(inner, way);
    }
  };
  walk(Object.entries(tree), []);
  return rows;
}

/** The leaves whose whole way or value is found, each under its full name. */
export function findLeaves(tree: Record<string, unknown>, finds: (text: string) => boolean): TreeRow[] {
  return treeRows(tree, new Set()).flatMap((row) => {
    if (row.entries !== null) return [];
    const name = (JSON.parse(row.path) as string[]).join(".");
    return finds(name) || finds(leafText(row.value)) ? [{ ...row, key: name, depth: 0 }] : [];
  });
}

/** A leaf in words. */
export function leafText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "_type" in value) {
    const { _type: type, path } = value as { _type: unknown; path?: unknown };
    return typeof path === "string" ? `${String(type)} · ${path}` : String(type);
  }
  return JSON.stringify(value) ?? "";
}
