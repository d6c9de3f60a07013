/** The list of a project's collections under their types, with the versions of those that are open. Pure. */
import type { ArtifactRow, ArtifactTypes, CollectionRow } from "@/api/contract";

export const SORTS = ["name", "updated", "versions"] as const;
export type Sort = (typeof SORTS)[number];

export type NavRow =
  | { kind: "type"; type: string; count: number; open: boolean }
  | { kind: "collection"; type: string; collection: CollectionRow; open: boolean }
  | { kind: "version"; type: string; collection: CollectionRow; version: ArtifactRow }
  /** its versions are on their way */
  | { kind: "waiting"; type: string; collection: CollectionRow }
  /** the way to all of them */
  | { kind: "more"; type: string; collection: CollectionRow };

export interface NavState {
  query: string;
  sort: Sort;
  /** types that are folded away */
  folded: ReadonlySet<string>;
  /** collections whose versions are shown, by `collectionKey` */
  opened: ReadonlySet<string>;
  versionsOf: (collection: CollectionRow) => readonly ArtifactRow[] | undefined;
}

export const collectionKey = ({ type, name }: Pick<CollectionRow, "type" | "name">): string => `${type}/${name}`;

/** Types with what is not folded away; with a query only what has its words, all of it open. */
export function navRows(types: ArtifactTypes["types"], state: NavState): NavRow[] {
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  return types.flatMap(({ name: type, collections }) => {
    const found = collections.filter((collection) => {
      const text = `${type} ${collection.name} ${collection.tags.join(" ")}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    if (words.length > 0 && found.length === 0) return [];
    const open = words.length > 0 || !state.folded.has(type);
    const head: NavRow = { kind: "type", type, count: found.length, open };
    return [head, ...(open ? found.toSorted(orders[state.sort]).flatMap((one) => collectionRows(one, state)) : [])];
  });
}

function collectionRows(collection: CollectionRow, { opened, versionsOf }: NavState): NavRow[] {
  const { type } = collection;
  const open = opened.has(collectionKey(collection));
  const head: NavRow = { kind: "collection", type, collection, open };
  if (!open) return [head];
  const versions = versionsOf(collection);
  if (!versions) return [head, { kind: "waiting", type, collection }];
  const rows = versions.map((version): NavRow => ({ kind: "version", type, collection, version }));
  const more: NavRow[] = collection.versionCount > versions.length ? [{ kind: "more", type, collection }] : [];
  return [head, ...rows, ...more];
}

const natural = new Intl.Collator("en", { numeric: true });
const byName = (a: CollectionRow, b: CollectionRow): number => natural.compare(a.name, b.name);
const orders: Record<Sort, (a: CollectionRow, b: CollectionRow) => number> = {
  name: byName,
  updated: (a, b) => b.updatedAt.localeCompare(a.updatedAt) || byName(a, b),
  versions: (a, b) => b.versionCount - a.versionCount || byName(a, b),
};

/** Collections of one type, or of all: what changed last stands first. */
export const recentCollections = (types: ArtifactTypes["types"], type: string | null): CollectionRow[] =>
  types
    .filter(({ name }) => type === null || name === type)
    .flatMap(({ collections }) => collections)
    .sort(orders.updated);
