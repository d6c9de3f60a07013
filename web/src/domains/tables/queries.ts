/** Questions to logged tables. While a table is prepared each answer says how far it is, and is asked for again. */
import { queryOptions } from "@tanstack/react-query";
import { post } from "@/api/client";
import type {
  TableMaking,
  TableQuery,
  TableRows,
  TableSelection,
  TableShape,
  TableSource,
  TableSummary,
} from "@/api/contract";

const AGAIN_MS = 400;
// files of runs may be replaced, and aliases move; what a version holds never changes, but links to media end
const FRESH_MS = 60_000;
const LINKED_MS = 1_800_000;
const isFixed = (source: TableSource): boolean => source.kind === "artifact" && /^v\d+$/.test(source.version);

export const isMaking = (answer: object): answer is TableMaking => "totalBytes" in answer;

const ask = <T>(what: string, source: TableSource, body: object, signal: AbortSignal) =>
  post<T | TableMaking>(`/app/tables:${what}`, { source, ...body }, signal);

const common = (source: TableSource) => ({
  staleTime: isFixed(source) ? LINKED_MS : FRESH_MS,
  refetchOnWindowFocus: false,
  refetchInterval: ({ state }: { state: { data?: object | undefined } }) =>
    state.data && isMaking(state.data) ? AGAIN_MS : (false as const),
});

export const shapeQuery = (source: TableSource) =>
  queryOptions({
    queryKey: ["table", source, "shape"],
    queryFn: ({ signal }) => ask<TableShape>("describe", source, {}, signal),
    ...common(source),
  });

export const rowsQuery = (source: TableSource, query: TableQuery) =>
  queryOptions({
    queryKey: ["table", source, "rows", query],
    queryFn: ({ signal }) => ask<TableRows>("query", source, query, signal),
    ...common(source),
    // what was scrolled past long ago is read again
    gcTime: 60_000,
  });

export const rowQuery = (source: TableSource, row: number) =>
  queryOptions({
    queryKey: ["table", source, "row", row],
    queryFn: ({ signal }) => ask<TableRows>("row", source, { row }, signal),
    ...common(source),
  });

export const summaryQuery = (source: TableSource, column: number, selection: TableSelection, values: number) =>
  queryOptions({
    queryKey: ["table", source, "summary", column, selection, values],
    queryFn: ({ signal }) => ask<TableSummary>("summarize", source, { column, values, ...selection }, signal),
    ...common(source),
  });

/** Where the rows that match are downloaded from, as the table shows them. */
export function exportUrl(source: TableSource, query: Omit<TableQuery, "offset" | "limit">, width: number): string {
  const params = new URLSearchParams({ source: JSON.stringify(source) });
  if (query.search) params.set("search", query.search);
  if (query.filter?.length) params.set("filter", JSON.stringify(query.filter));
  if (query.sort?.length) params.set("sort", JSON.stringify(query.sort));
  const all = !query.columns || (query.columns.length === width && query.columns.every((column, at) => column === at));
  if (!all) params.set("columns", JSON.stringify(query.columns));
  return `/app/tables/export?${params.toString()}`;
}
