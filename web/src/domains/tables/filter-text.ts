/** What people type above a column, and the conditions it means: the grammar of docs/protocol/tables.md. Pure. */
import type { TableColumn, TableCondition, TableOperator } from "@/api/contract";

const SIGNS: [sign: string, operator: TableOperator][] = [
  ["!=", "!="],
  ["≠", "!="],
  ["<=", "<="],
  ["≤", "<="],
  [">=", ">="],
  ["≥", ">="],
  ["!~", "!matches"],
  ["!", "!contains"],
  ["=", "="],
  ["<", "<"],
  [">", ">"],
  ["~", "matches"],
];
const RANGE = /^(-?[\d.]+(?:e[+-]?\d+)?)\s*\.\.\s*(-?[\d.]+(?:e[+-]?\d+)?)$/i;

const kindsOf = (column: TableColumn): string[] => Object.keys(column.kinds).filter((kind) => kind !== "null");

/** Numbers and booleans are compared, anything else is searched in, unless a sign says otherwise. */
export const isCompared = (column: TableColumn): boolean => {
  const kinds = kindsOf(column);
  return kinds.length > 0 && kinds.every((kind) => kind === "number" || kind === "boolean");
};

/**
 * Several conditions are joined by "&". Plain text is found in texts and equals numbers; a sign before it compares:
 * `= != < <= > >=`, `~` a pattern, `!` the contrary. `1..5` is a range, `empty` and `!empty` ask for no cell, and
 * `!= [other]` compares with another column.
 */
export function readFilter(text: string, at: number, columns: readonly TableColumn[]): TableCondition[] {
  return text.split(" & ").flatMap((part) => readPart(part.trim(), at, columns));
}

function readPart(text: string, at: number, columns: readonly TableColumn[]): TableCondition[] {
  const column = columns[at];
  if (text === "" || !column) return [];
  if (text === "empty") return [{ column: at, operator: "empty" }];
  if (text === "!empty") return [{ column: at, operator: "present" }];
  const range = RANGE.exec(text);
  if (range)
    return [
      { column: at, operator: ">=", value: range[1] as string },
      { column: at, operator: "<=", value: range[2] as string },
    ];
  const signed = SIGNS.find(([sign]) => text.startsWith(sign));
  if (!signed) return [{ column: at, operator: isCompared(column) ? "=" : "contains", value: text }];
  const value = text.slice(signed[0].length).trim();
  const operator = signed[1];
  if (value === "") return operator === "=" || operator === "!=" ? [{ column: at, operator, value }] : [];
  const other = /^\[(.*)\]$/.exec(value);
  const named = other && operator !== "matches" && operator !== "!matches" && operator !== "!contains";
  const otherAt = named ? columns.findIndex(({ name }) => name === other[1]) : -1;
  return otherAt >= 0 ? [{ column: at, operator, other: otherAt }] : [{ column: at, operator, value }];
}

const WRITTEN: Partial<Record<TableOperator, string>> = { matches: "~", "!matches": "!~", "!contains": "!" };

/** The text that means these conditions of one column. */
export function writeFilter(conditions: readonly TableCondition[], columns: readonly TableColumn[]): string {
  return conditions.map((one) => writePart(one, columns)).join(" & ");
}

function writePart({ column, operator, value = "", other }: TableCondition, columns: readonly TableColumn[]): string {
  if (operator === "empty") return "empty";
  if (operator === "present") return "!empty";
  if (other !== undefined) return `${operator} [${columns[other]?.name ?? ""}]`;
  const plain = operator === (columns[column] && isCompared(columns[column]) ? "=" : "contains");
  // what would be read otherwise keeps its sign
  if (plain && readPart(value, column, columns)[0]?.operator === operator && !RANGE.test(value)) return value;
  return operator === "contains" ? value : `${WRITTEN[operator] ?? `${operator} `}${value}`;
}
