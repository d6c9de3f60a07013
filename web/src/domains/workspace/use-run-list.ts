import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { appPath, post } from "@/api/client";
import type { RunRow, RunsPage, RunsQuery } from "@/api/contract";
import { keys } from "@/api/keys";

export type RunListQuery = Omit<RunsQuery, "offset" | "limit">;

export interface RunList {
  rows: readonly RunRow[];
  matched: number;
  total: number;
  error: unknown;
  pending: boolean;
  refetch: () => void;
  /** fetches the next page when there is one and none is on its way */
  more: () => void;
}

const PAGE = 200;

/** A project's runs as asked, page by page; the rows of an earlier question stay until the new ones are here. */
export function useRunList(entity: string, project: string, query: RunListQuery): RunList {
  const { data, error, isPending, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({
    queryKey: [...keys.runs(entity, project), "pages", query],
    queryFn: ({ pageParam, signal }) =>
      post<RunsPage>(
        `${appPath("projects", entity, project)}/runs:query`,
        { ...query, offset: pageParam, limit: PAGE } satisfies RunsQuery,
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: ({ offset, rows, matched }) =>
      rows.length > 0 && offset + rows.length < matched ? offset + rows.length : undefined,
    placeholderData: keepPreviousData,
  });
  const rows = useMemo(() => distinct(data?.pages ?? []), [data]);
  const last = data?.pages.at(-1);
  return {
    rows,
    matched: last?.matched ?? 0,
    total: last?.total ?? 0,
    error: data ? null : error,
    pending: isPending,
    refetch: () => void refetch(),
    more: () => {
      if (hasNextPage && !isFetching) void fetchNextPage();
    },
  };
}

/** A run that moved between two pages while they were read is shown once. */
function distinct(pages: readonly RunsPage[]): RunRow[] {
  const byId = new Map<string, RunRow>();
  for (const { rows } of pages) for (const row of rows) if (!byId.has(row.id)) byId.set(row.id, row);
  return [...byId.values()];
}
