/** What changes a run. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, patch, post, remove } from "@/api/client";
import type { RunDetail } from "@/api/contract";
import { keys } from "@/api/keys";
import { runDetailQuery } from "./queries";

export type RunChange = Partial<Pick<RunDetail, "title" | "notes" | "tags" | "group" | "jobType">>;

/** The answer replaces what is cached of the run, and lists with it are asked again. */
function useKeep(entity: string, project: string, run: string) {
  const client = useQueryClient();
  return (detail: RunDetail) => {
    client.setQueryData(runDetailQuery(entity, project, run).queryKey, detail);
    void client.invalidateQueries({ queryKey: keys.runs(entity, project) });
  };
}

export function useUpdateRun(entity: string, project: string, run: string) {
  const onSuccess = useKeep(entity, project, run);
  return useMutation({
    mutationFn: (change: RunChange) => patch<RunDetail>(appPath("runs", entity, project, run), change),
    onSuccess,
  });
}

export function useStopRun(entity: string, project: string, run: string) {
  const onSuccess = useKeep(entity, project, run);
  return useMutation({
    mutationFn: () => post<RunDetail>(`${appPath("runs", entity, project, run)}/stop`),
    onSuccess,
  });
}

export function useDeleteRun(entity: string, project: string, run: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => remove(appPath("runs", entity, project, run)),
    onSuccess: () => {
      client.removeQueries({ queryKey: keys.run(entity, project, run) });
      void client.invalidateQueries({ queryKey: keys.runs(entity, project) });
      void client.invalidateQueries({ queryKey: keys.projectDetail(entity, project) });
    },
  });
}
