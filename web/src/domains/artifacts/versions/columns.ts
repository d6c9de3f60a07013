/** The columns of the table of versions. Pure. */

export interface Column {
  id: string;
  /** what the server sorts by, with its first direction */
  order?: { name: string; falls: boolean };
  width: string;
  numeric?: boolean;
}

/** Those that every table has. */
export const COLUMNS = [
  { id: "version", order: { name: "versionIndex", falls: true }, width: "84px" },
  { id: "aliases", width: "minmax(150px, 1.2fr)" },
  { id: "tags", width: "minmax(130px, 1fr)" },
  { id: "created", order: { name: "createdAt", falls: true }, width: "96px" },
  { id: "size", order: { name: "size", falls: true }, width: "88px", numeric: true },
  { id: "files", order: { name: "fileCount", falls: true }, width: "76px", numeric: true },
  { id: "run", width: "minmax(120px, 0.9fr)" },
  { id: "expires", width: "92px" },
] as const satisfies readonly Column[];
export type FixedColumn = (typeof COLUMNS)[number]["id"];

const CHECK = "34px";
const METADATA = "minmax(96px, 1fr)";
// keys of metadata stand behind these: they were asked for, and should be in sight
const LEADING = 2;

export type ShownColumn = (typeof COLUMNS)[number] | { id: "metadata"; key: string };

/** The columns in their order. */
export const columnsWith = (metadata: readonly string[]): ShownColumn[] => [
  ...COLUMNS.slice(0, LEADING),
  ...metadata.map((key) => ({ id: "metadata", key }) as const),
  ...COLUMNS.slice(LEADING),
];

/** Their widths, with one for the checkbox of those who may write. */
export const template = (columns: readonly ShownColumn[], canWrite: boolean): string =>
  [...(canWrite ? [CHECK] : []), ...columns.map((column) => (column.id === "metadata" ? METADATA : column.width))].join(
    " ",
  );

/** "-size" → falling by size; the default is the newest version first. */
export const DEFAULT_ORDER = "-versionIndex";

export function sortOf(order: string, name: string): "ascending" | "descending" | "none" {
  if (order === `-${name}`) return "descending";
  return order === name ? "ascending" : "none";
}

/** What a click on a head asks for: its own direction first, then the other. */
export function nextOrder(order: string, { name, falls }: NonNullable<Column["order"]>): string {
  const now = sortOf(order, name);
  if (now === "none") return falls ? `-${name}` : name;
  return now === "descending" ? name : `-${name}`;
}
