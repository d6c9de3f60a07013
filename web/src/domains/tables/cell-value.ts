/** What a cell says: in words, in a copy, and by the type of its column. Pure; trusts nothing. */
import type { SpecialCell, TableCell, TableColumn } from "@/api/contract";
import { exactNumber, formatNumber } from "@/lib/number";

export const isSpecial = (cell: TableCell | undefined): cell is SpecialCell =>
  typeof cell === "object" && cell !== null;

/** The declared type of a column; of an optional one what it may be. */
export function typeName(type: TableColumn["type"]): string {
  const name = (type?.wb_type ?? "").replace(/^wandb\./, "");
  if (name !== "union") return name;
  const allowed = type?.params?.allowed_types;
  const names = (Array.isArray(allowed) ? allowed : []).map(typeName).filter((one) => one !== "none");
  return names.length === 1 ? (names[0] ?? "") : "";
}

export const isTime = ({ type }: TableColumn): boolean => typeName(type) === "timestamp";

/** Columns whose cells stand at the right, one below the other. */
export const isNumeric = (column: TableColumn): boolean =>
  !isTime(column) && (column.kinds.number ?? 0) > 0 && !column.kinds.text && !column.kinds.json && !column.kinds.media;

/** A moment in UTC as it was logged: to the second, with what is left of it. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return exactNumber(ms);
  return date
    .toISOString()
    .replace("T", " ")
    .replace(/(\.000)?Z$/, "");
}

/** The cell as it is read on the screen, on one line. */
export function cellText(cell: TableCell, column: TableColumn): string {
  if (cell === null) return "";
  if (typeof cell === "number") return isTime(column) ? timeText(cell) : formatNumber(cell);
  return exactText(cell, column);
}

/** The cell with every digit and letter that is known of it, for a title and for a copy. */
export function exactText(cell: TableCell, column: TableColumn): string {
  if (cell === null) return "";
  if (typeof cell === "number") return isTime(column) ? timeText(cell) : exactNumber(cell);
  if (!isSpecial(cell)) return String(cell);
  return cell.kind === "media" ? mediaText(cell.value) : cell.text;
}

/** What media are called: the caption, or the last part of the path. */
export function mediaText(value: Record<string, unknown>): string {
  const { caption, path, _type: type } = value;
  if (typeof caption === "string" && caption !== "") return caption;
  if (typeof path === "string" && path !== "") return path.split("/").at(-1) ?? path;
  return String(type);
}

// longer lists say nothing in a cell
const LINE_MAX = 600;

/** The numbers of a list that a small line can show, or null. */
export function lineOf(cell: TableCell): number[] | null {
  if (!isSpecial(cell) || cell.kind !== "json" || cell.size !== undefined || !cell.text.startsWith("[")) return null;
  const value = parsed(cell.text);
  if (!Array.isArray(value) || value.length < 2 || value.length > LINE_MAX) return null;
  return value.every((one) => typeof one === "number" && Number.isFinite(one)) ? (value as number[]) : null;
}

/** JSON of a cell as a value; undefined where it is cut or has words that JSON does not know. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How many masks and boxes are laid over a picture. */
export function overlays(value: Record<string, unknown>): { masks: number; boxes: number } {
  const count = (one: unknown) => (typeof one === "object" && one !== null ? Object.keys(one).length : 0);
  const left = value._left_out as Record<string, unknown> | undefined;
  const of = (name: string) => count(value[name]) || (typeof left?.[name] === "number" ? (left[name] as number) : 0);
  return { masks: of("masks"), boxes: of("boxes") };
}
