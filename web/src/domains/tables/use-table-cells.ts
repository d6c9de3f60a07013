import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import type { TableCell, TableQuery, TableRows, TableSource } from "@/api/contract";
import { isMaking, rowsQuery } from "./queries";

// a tile of cells: what is on the screen is a few of them, whatever the size of the table
export const TILE_ROWS = 100;
export const TILE_COLUMNS = 40;

type Selection = Omit<TableQuery, "offset" | "limit" | "columns">;

/** Lines and places of columns that are on the screen, and how many columns always are. */
export interface Window {
  first: number;
  last: number;
  firstColumn: number;
  lastColumn: number;
  pinnedCount: number;
}

export interface TableCells {
  /** undefined: on its way */
  cell: (line: number, place: number) => TableCell | undefined;
  /** the row's place in the table */
  row: (line: number) => number | undefined;
  urls: Readonly<Record<string, string>>;
  error: unknown;
}

const ready = (answer: object | undefined): TableRows | undefined =>
  answer && !isMaking(answer) ? (answer as TableRows) : undefined;

/** How many rows match. What was known stays while another question is on its way. */
export function useMatched(source: TableSource, selection: Selection) {
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...rowsQuery(source, { ...selection, columns: [], offset: 0, limit: 0 }),
    placeholderData: keepPreviousData,
  });
  const answer = ready(data);
  return { matched: answer?.matched, error, refetch, busy: isPlaceholderData };
}

/** The cells of the lines and columns on the screen; `columns` are those shown, in their order. */
export function useTableCells(
  source: TableSource,
  selection: Selection,
  columns: readonly number[],
  { first, last, firstColumn, lastColumn, pinnedCount }: Window,
): TableCells {
  const rows = range(Math.floor(Math.max(0, first) / TILE_ROWS), Math.floor(Math.max(0, last) / TILE_ROWS));
  const partOf = (place: number) => Math.floor(Math.max(0, place) / TILE_COLUMNS);
  const pinned = pinnedCount > 0 ? range(0, partOf(pinnedCount - 1)) : [];
  const parts = [...new Set([...pinned, ...range(partOf(firstColumn), partOf(lastColumn))])];
  const tiles = rows.flatMap((row) => parts.map((part) => ({ row, part })));
  const answers = useQueries({
    queries: tiles.map(({ row, part }) =>
      rowsQuery(source, {
        ...selection,
        columns: columns.slice(part * TILE_COLUMNS, (part + 1) * TILE_COLUMNS),
        offset: row * TILE_ROWS,
        limit: TILE_ROWS,
      }),
    ),
  });
  const known = new Map(tiles.map(({ row, part }, index) => [`${row} ${part}`, ready(answers[index]?.data)]));
  const tile = (line: number, place: number) =>
    known.get(`${Math.floor(line / TILE_ROWS)} ${Math.floor(place / TILE_COLUMNS)}`);
  const urls: Record<string, string> = {};
  for (const { data } of answers) Object.assign(urls, ready(data)?.urls);
  return {
    cell: (line, place) => tile(line, place)?.rows[line % TILE_ROWS]?.cells[place % TILE_COLUMNS],
    row: (line) => tile(line, firstColumn)?.rows[line % TILE_ROWS]?.row,
    urls,
    error: answers.find(({ error }) => error)?.error ?? null,
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
