/** A logged table as its file holds it. Pure; trusts nothing. */

export interface LoggedTable {
  columns: string[];
  rows: unknown[][];
}

/** Null when the text is no table. Column names may be numbers, and may repeat: cells go by position. */
export function readTable(json: unknown): LoggedTable | null {
  if (typeof json !== "object" || json === null) return null;
  const { columns, data } = json as { columns?: unknown; data?: unknown };
  if (!Array.isArray(columns) || !Array.isArray(data)) return null;
  return { columns: columns.map(String), rows: data.map((row) => (Array.isArray(row) ? row : [row])) };
}

/** A cell in words: plain values as they are, media by what they are, the rest as JSON. */
export function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "string") return cell;
  if (typeof cell !== "object") return String(cell);
  const { _type: type, caption } = cell as { _type?: unknown; caption?: unknown };
  if (typeof type === "string") return typeof caption === "string" ? `${type} · ${caption}` : type;
  return JSON.stringify(cell);
}
