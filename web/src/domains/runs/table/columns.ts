/** What the runs table can show: fields of every run, and whatever its config and summary hold. Pure. */
import type { RunColumns, RunRow } from "@/api/contract";

export type FieldName =
  | "title"
  | "state"
  | "createdAt"
  | "user"
  | "durationSeconds"
  | "tags"
  | "group"
  | "jobType"
  | "sweep"
  | "id"
  | "notes"
  | "heartbeatAt";

export interface Column {
  /** "title", "config.lr", "summary.val/loss" */
  id: string;
  kind: "run" | "config" | "summary";
  /** the key inside config or summary, or the field's name */
  key: string;
  /** what the server orders and filters by */
  serverKey: string;
  width: number;
}

const FIELDS: readonly [name: FieldName, serverKey: string, width: number][] = [
  ["title", "display_name", 220],
  ["state", "state", 112],
  ["createdAt", "created_at", 110],
  ["user", "username", 100],
  ["durationSeconds", "duration", 100],
  ["tags", "tags", 160],
  ["group", "group", 120],
  ["jobType", "job_type", 110],
  ["sweep", "sweep", 110],
  ["id", "name", 120],
  ["notes", "notes", 220],
  ["heartbeatAt", "heartbeat_at", 110],
];
const VALUE_WIDTH = 130;
const FIRST_VALUES = 8;

export const FIELD_COLUMNS: readonly Column[] = FIELDS.map(([name, serverKey, width]) => ({
  id: name,
  kind: "run",
  key: name,
  serverKey,
  width,
}));

/** The name stands first, and stays where it is. */
export const NAME_COLUMN = FIELD_COLUMNS[0] as Column;

/** Null for an id that is no column's. */
export function columnOf(id: string): Column | null {
  const field = FIELD_COLUMNS.find((column) => column.id === id);
  if (field) return field;
  const match = /^(config|summary)\.([\s\S]*)$/.exec(id);
  if (!match) return null;
  const [, kind, key] = match as unknown as [string, "config" | "summary", string];
  const serverKey = kind === "config" ? `config.${key}` : `summary_metrics.${key}`;
  return { id, kind, key, serverKey, width: VALUE_WIDTH };
}

export const allColumns = ({ config, summary }: RunColumns): Column[] => [
  ...FIELD_COLUMNS,
  ...[...config.map((key) => `config.${key}`), ...summary.map((key) => `summary.${key}`)].flatMap(
    (id) => columnOf(id) ?? [],
  ),
];

/** What a table starts with: what every run has, and a few of its settings and results. */
export const firstColumns = ({ config, summary }: RunColumns): string[] => [
  ...["title", "state", "createdAt", "user", "durationSeconds", "tags"],
  ...config.slice(0, FIRST_VALUES).map((key) => `config.${key}`),
  ...summary.slice(0, FIRST_VALUES).map((key) => `summary.${key}`),
];

/** The value of a cell; undefined where the run has none. */
export function cellOf(row: RunRow, { kind, key }: Column): unknown {
  if (kind === "run") return row[key as FieldName] ?? undefined;
  return row[kind][key];
}

/** Whether a column is one of numbers, as far as the rows on the screen tell: numbers line up at their right. */
export function holdsNumbers(column: Column, rows: readonly RunRow[]): boolean {
  if (column.kind === "run") return column.key === "durationSeconds";
  return rows.some((row) => typeof cellOf(row, column) === "number");
}
