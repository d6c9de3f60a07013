/** The order of the table as it stands in the address: "-createdAt,config.lr". Pure. */
import { columnOf } from "./columns";

export interface SortKey {
  id: string;
  descending: boolean;
}

export const DEFAULT_SORT: readonly SortKey[] = [{ id: "createdAt", descending: true }];

export function readSort(text: string | null): readonly SortKey[] {
  if (!text) return DEFAULT_SORT;
  const keys = text.split(",").flatMap((part) => {
    const id = decodeURIComponent(part.replace(/^-/, ""));
    return columnOf(id) ? [{ id, descending: part.startsWith("-") }] : [];
  });
  return keys.length > 0 ? keys : DEFAULT_SORT;
}

export const writeSort = (keys: readonly SortKey[]): string =>
  keys.map(({ id, descending }) => (descending ? "-" : "") + encodeURIComponent(id)).join(",");

/** As the server understands it. */
export const serverOrder = (keys: readonly SortKey[]): string[] =>
  keys.flatMap(({ id, descending }) => {
    const column = columnOf(id);
    return column ? [(descending ? "-" : "+") + column.serverKey] : [];
  });

/** What a click on a head does: rising, falling, not at all; with `more` beside the other keys, else instead of them. */
export function toggleSort(keys: readonly SortKey[], id: string, more: boolean): SortKey[] {
  const now = keys.find((key) => key.id === id);
  const others = more ? keys.filter((key) => key.id !== id) : [];
  if (!now) return [...others, { id, descending: false }];
  if (!now.descending) return more ? replaceKey(keys, id) : [{ id, descending: true }];
  return others;
}

const replaceKey = (keys: readonly SortKey[], id: string): SortKey[] =>
  keys.map((key) => (key.id === id ? { id, descending: true } : key));
