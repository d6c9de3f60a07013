/** Two trees of metadata, leaf by leaf. Pure. */
import { entriesOf, leafText } from "@/lib/value-tree";

export interface MetadataRow {
  /** the whole way to the value, joined by dots */
  key: string;
  /** undefined: this side has no such key */
  before: string | undefined;
  after: string | undefined;
  same: boolean;
}

const natural = new Intl.Collator("en", { numeric: true });

/** Every leaf that either tree has, by key. */
export function diffMetadata(before: Record<string, unknown>, after: Record<string, unknown>): MetadataRow[] {
  const left = leaves(before);
  const right = leaves(after);
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort(natural.compare);
  return keys.map((key) => ({
    key: (JSON.parse(key) as string[]).join("."),
    before: left.get(key),
    after: right.get(key),
    same: left.get(key) === right.get(key),
  }));
}

/** Ways are quoted, so that a key with a dot is not taken for two. */
function leaves(tree: Record<string, unknown>): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, way: readonly string[]) => {
    const entries = entriesOf(value);
    if (entries) for (const [key, inner] of entries) walk(inner, [...way, key]);
    else if (way.length > 0) found.set(JSON.stringify(way), leafText(value));
  };
  walk(tree, []);
  return found;
}
