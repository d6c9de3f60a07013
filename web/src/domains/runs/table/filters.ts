/** Filter rows of the table, and the client's filter language that they become. Pure. */
import { columnOf } from "./columns";

export const OPERATORS = ["eq", "ne", "lt", "le", "gt", "ge", "contains", "regex", "exists", "missing"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface FilterRow {
  column: string;
  operator: Operator;
  value: string;
}

/** Operators without a value of their own. */
export const isBare = (operator: Operator): boolean => operator === "exists" || operator === "missing";

const COMPARE: Partial<Record<Operator, string>> = {
  eq: "$eq",
  ne: "$ne",
  lt: "$lt",
  le: "$lte",
  gt: "$gt",
  ge: "$gte",
};

/** What a person typed, as the value it most likely means: "0.1" is a number, "true" a truth, "abc" a text. */
export function readValue(text: string): string | number | boolean | null {
  const trimmed = text.trim();
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  if (trimmed === "null") return null;
  const number = Number(trimmed);
  return trimmed !== "" && Number.isFinite(number) ? number : trimmed;
}

/** The filter of all complete rows joined by "and"; undefined when there is none. */
export function toServerFilter(rows: readonly FilterRow[]): Record<string, unknown> | undefined {
  const parts = rows.flatMap((row) => partOf(row) ?? []);
  return parts.length > 0 ? { $and: parts } : undefined;
}

function partOf({ column, operator, value }: FilterRow): Record<string, unknown> | null {
  const key = columnOf(column)?.serverKey;
  if (key === undefined || (!isBare(operator) && value.trim() === "")) return null;
  if (isBare(operator)) return { [key]: { $exists: operator === "exists" } };
  if (operator === "regex") return { [key]: { $regex: value } };
  if (operator === "contains") return { [key]: { $regex: `(?i)${escapeRegex(value.trim())}` } };
  // names and states are text even where they look like numbers
  const meant = columnOf(column)?.kind === "run" && column !== "durationSeconds" ? value.trim() : readValue(value);
  // a run has a tag when its list holds it
  if (column === "tags") return { tags: operator === "ne" ? { $nin: [meant] } : { $in: [meant] } };
  return { [key]: { [COMPARE[operator] ?? "$eq"]: meant } };
}

const escapeRegex = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Reads rows from the address; null when there are none or they are not ours. */
export function readFilterRows(text: string | null): FilterRow[] {
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(kept)) return [];
    return kept.flatMap((one: unknown) => {
      if (!Array.isArray(one)) return [];
      const [column, operator, value] = one as unknown[];
      const known = OPERATORS.find((name) => name === operator);
      return typeof column === "string" && known && columnOf(column)
        ? [{ column, operator: known, value: String(value ?? "") }]
        : [];
    });
  } catch {
    return [];
  }
}

export const writeFilterRows = (rows: readonly FilterRow[]): string =>
  JSON.stringify(rows.map(({ column, operator, value }) => [column, operator, value]));
