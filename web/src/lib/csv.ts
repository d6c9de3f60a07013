/** Comma-separated values, read and written. */

/** Reads at most `limit` rows. Quotes may hold separators, line breaks and doubled quotes. */
export function readCsv(text: string, separator: "," | "\t" = ",", limit = Number.POSITIVE_INFINITY): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endRow = () => {
    rows.push([...row, cell]);
    row = [];
    cell = "";
  };
  for (let i = 0; i < text.length && rows.length < limit; i++) {
    const at = text[i] as string;
    if (quoted) {
      if (at !== '"') cell += at;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (at === '"' && cell === "") quoted = true;
    else if (at === separator) {
      row.push(cell);
      cell = "";
    } else if (at === "\n") endRow();
    else if (at !== "\r") cell += at;
  }
  if (rows.length < limit && (cell !== "" || row.length > 0)) endRow();
  return rows;
}

// a spreadsheet takes a cell that begins so for a formula; a negative number is none
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** One cell: quoted where needed, and with an apostrophe before what a spreadsheet would run. */
export function csvCell(value: unknown): string {
  const text =
    value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const guarded = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

export const writeCsv = (rows: readonly (readonly unknown[])[]): string =>
  `${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
