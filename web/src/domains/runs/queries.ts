/** Questions about runs. */
import { queryOptions } from "@tanstack/react-query";
import { appPath, get, post } from "@/api/client";
import type { RunDetail, RunsPage, RunsQuery } from "@/api/contract";
import { keys } from "@/api/keys";

/** One page of a project's runs, as asked. */
export const runsQuery = (entity: string, project: string, query: RunsQuery) =>
  queryOptions({
    queryKey: [...keys.runs(entity, project), query],
    queryFn: ({ signal }) => post<RunsPage>(`${appPath("projects", entity, project)}/runs:query`, query, signal),
  });

export const runDetailQuery = (entity: string, project: string, run: string) =>
  queryOptions({
    queryKey: [...keys.run(entity, project, run), "detail"],
    queryFn: ({ signal }) => get<RunDetail>(appPath("runs", entity, project, run), signal),
  });
