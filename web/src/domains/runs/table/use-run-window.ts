import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { appPath, post } from "@/api/client";
import type { RunRow, RunsPage, RunsQuery } from "@/api/contract";
import { runsQuery } from "../queries";

const PAGE = 200;
const EXPORT_PAGE = 2000;
type Query = Omit<RunsQuery, "offset" | "limit">;

/** Counts of the table: its first page tells them. What was known stays while another question is on its way. */
export function useRunCounts(entity: string, project: string, query: Query) {
  return useQuery({
    ...runsQuery(entity, project, { ...query, offset: 0, limit: PAGE }),
    placeholderData: keepPreviousData,
  });
}

/** The rows from `first` to `last`, by whole pages; undefined while theirs is on the way. */
export function useRunWindow(entity: string, project: string, query: Query, first: number, last: number) {
  const from = Math.floor(Math.max(0, first) / PAGE);
  const to = Math.floor(Math.max(0, last) / PAGE);
  const answers = useQueries({
    queries: Array.from({ length: to - from + 1 }, (_, index) => ({
      ...runsQuery(entity, project, { ...query, offset: (from + index) * PAGE, limit: PAGE }),
      placeholderData: keepPreviousData,
    })),
  });
  return (index: number): RunRow | undefined => answers[Math.floor(index / PAGE) - from]?.data?.rows[index % PAGE];
}

/** Every matching run, page by page, for an export. */
export async function readAllRuns(entity: string, project: string, query: Query): Promise<RunRow[]> {
  const rows = new Map<string, RunRow>();
  for (let offset = 0; ; offset += EXPORT_PAGE) {
    const page = await post<RunsPage>(`${appPath("projects", entity, project)}/runs:query`, {
      ...query,
      offset,
      limit: EXPORT_PAGE,
    } satisfies RunsQuery);
    for (const row of page.rows) rows.set(row.id, row);
    if (page.rows.length === 0 || offset + page.rows.length >= page.matched) return [...rows.values()];
  }
}
