/** The list of a project's collections under their types. Pure. */
import type { ArtifactTypes, CollectionRow } from "@/api/contract";

export type NavRow =
  | { kind: "type"; type: string; count: number; open: boolean }
  | { kind: "collection"; type: string; collection: CollectionRow };

/** Types with what is not folded away; with a query only what has its words, all of it open. */
export function navRows(types: ArtifactTypes["types"], query: string, folded: ReadonlySet<string>): NavRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return types.flatMap(({ name, collections }) => {
    const found = collections.filter((collection) => {
      const text = `${name} ${collection.name}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    if (words.length > 0 && found.length === 0) return [];
    const open = words.length > 0 || !folded.has(name);
    const head: NavRow = { kind: "type", type: name, count: found.length, open };
    return [head, ...(open ? found.map((collection): NavRow => ({ kind: "collection", type: name, collection })) : [])];
  });
}

/** Collections of one type, or of all: what changed last stands first. */
export const recentCollections = (types: ArtifactTypes["types"], type: string | null): CollectionRow[] =>
  types
    .filter(({ name }) => type === null || name === type)
    .flatMap(({ collections }) => collections)
    .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
