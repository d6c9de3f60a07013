/** What a reader has made of a table, and how the address carries it. Pure; trusts nothing. */
import type { TableCondition, TableOperator, TableSort } from "@/api/contract";

export type RowSize = "small" | "medium" | "large";
export interface TableState {
  search: string;
  filter: readonly TableCondition[];
  sort: readonly TableSort[];
  hidden: readonly number[];
  /** stay at the left, in this order */
  pinned: readonly number[];
  size: RowSize | null;
  /** the row of the table that is open, by its place in the table */
  row: number | null;
  /** the first line on the screen, of those that match */
  at: number;
}

export const EMPTY_STATE: TableState = {
  search: "",
  filter: [],
  sort: [],
  hidden: [],
  pinned: [],
  size: null,
  row: null,
  at: 0,
};

const OPERATORS: readonly string[] = [
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "contains",
  "!contains",
  "matches",
  "!matches",
  "empty",
  "present",
];
const SIZES: readonly RowSize[] = ["small", "medium", "large"];
const isPlace = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0;

/** Names in the address begin with "t.", apart from what else the page keeps there. */
export function readState(params: URLSearchParams): TableState {
  const text = (name: string) => params.get(`t.${name}`) ?? "";
  const row = text("row");
  return {
    search: text("q"),
    filter: readConditions(text("filter")),
    sort: [...text("sort").matchAll(/(\d+)([ad])/g)].map(([, column, way]) => ({
      column: Number(column),
      descending: way === "d",
    })),
    hidden: places(text("hide")),
    pinned: places(text("pin")),
    size: SIZES.find((size) => size === text("size")) ?? null,
    row: /^\d+$/.test(row) ? Number(row) : null,
    at: /^\d+$/.test(text("at")) ? Number(text("at")) : 0,
  };
}

const places = (text: string): number[] => [...text.matchAll(/\d+/g)].map(([number]) => Number(number));

function readConditions(text: string): TableCondition[] {
  let value: unknown = null;
  try {
    value = JSON.parse(text || "[]");
  } catch {
    // cut off, or typed by hand
  }
  return (Array.isArray(value) ? value : []).flatMap((one): TableCondition[] => {
    if (!Array.isArray(one)) return [];
    const [column, operator, given, other] = one as unknown[];
    if (!isPlace(column) || !OPERATORS.includes(operator as string)) return [];
    const base = { column, operator: operator as TableOperator };
    if (isPlace(other)) return [{ ...base, other }];
    return [typeof given === "string" ? { ...base, value: given } : base];
  });
}

/** Writes the state into `params`; what is as it is at first leaves no trace. */
export function writeState(state: TableState, params: URLSearchParams): void {
  const set = (name: string, text: string) =>
    text === "" ? params.delete(`t.${name}`) : params.set(`t.${name}`, text);
  set("q", state.search);
  const conditions = state.filter.map(({ column, operator, value, other }) =>
    other !== undefined
      ? [column, operator, null, other]
      : value === undefined
        ? [column, operator]
        : [column, operator, value],
  );
  set("filter", conditions.length > 0 ? JSON.stringify(conditions) : "");
  set("sort", state.sort.map(({ column, descending }) => `${column}${descending ? "d" : "a"}`).join("."));
  set("hide", state.hidden.join("."));
  set("pin", state.pinned.join("."));
  set("size", state.size ?? "");
  set("row", state.row === null ? "" : String(state.row));
  set("at", state.at > 0 ? String(state.at) : "");
}

/** One more click on a head: up, down, and as it was; with `more` the other columns keep their part. */
export function toggleSort(sort: readonly TableSort[], column: number, more: boolean): TableSort[] {
  const now = sort.find((one) => one.column === column);
  const next = !now ? { column, descending: false } : now.descending ? null : { column, descending: true };
  const others = sort.filter((one) => one.column !== column);
  if (!more) return next ? [next] : [];
  if (!next) return others;
  return now ? sort.map((one) => (one.column === column ? next : one)) : [...sort, next];
}

/** The columns that are shown, the pinned ones first. */
export function shownColumns(
  width: number,
  { hidden, pinned }: Pick<TableState, "hidden" | "pinned">,
): { columns: number[]; pinnedCount: number } {
  const away = new Set(hidden);
  const first = [...new Set(pinned)].filter((column) => column < width && !away.has(column));
  const stays = new Set(first);
  const others = Array.from({ length: width }, (_, column) => column).filter(
    (column) => !away.has(column) && !stays.has(column),
  );
  return { columns: [...first, ...others], pinnedCount: first.length };
}
