/** What changes a run. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { appPath, patch, post, remove } from "@/api/client";
import type { RunDetail, RunRow, RunsPage } from "@/api/contract";
import { keys } from "@/api/keys";
import { useFailureText } from "@/ui/error-state";
import { toast } from "@/ui/toast";
import { runDetailQuery } from "./queries";

export type RunChange = Partial<Pick<RunDetail, "title" | "notes" | "tags" | "group" | "jobType">>;

/** The answer replaces what is cached of the run, in lists too; those are asked again. */
function useKeep(entity: string, project: string, run: string) {
  const client = useQueryClient();
  return (detail: RunDetail) => {
    client.setQueryData(runDetailQuery(entity, project, run).queryKey, detail);
    const { title, notes, tags, group, jobType } = detail;
    client.setQueriesData<RunsPage>({ queryKey: keys.runs(entity, project), predicate: isPage }, (page) => {
      if (!page) return page;
      const rows = page.rows.map((row) => (row.id === run ? { ...row, title, notes, tags, group, jobType } : row));
      return { ...page, rows };
    });
    void client.invalidateQueries({ queryKey: keys.runs(entity, project) });
  };
}

const isPage = ({ state: { data } }: { state: { data?: unknown } }): boolean =>
  typeof data === "object" && data !== null && "rows" in data;

export function useUpdateRun(entity: string, project: string, run: string) {
  const onSuccess = useKeep(entity, project, run);
  return useMutation({
    mutationFn: (change: RunChange) => patch<RunDetail>(appPath("runs", entity, project, run), change),
    onSuccess,
    // one after the other: the last change is what stays
    scope: { id: `run ${appPath("runs", entity, project, run)}` },
  });
}

/** Saves a change, then offers the way back to what was `before`. Rejects with what the server says against it. */
export function useSaveWithUndo({ entity, project, id, title }: RunRow) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const { mutateAsync } = useUpdateRun(entity, project, id);
  return async (change: RunChange, before: RunChange): Promise<void> => {
    await mutateAsync(change);
    toast.good(t("runs.table.saved", { title: change.title ?? title }), {
      label: t("bulk.undo"),
      run: () => void mutateAsync(before).catch((error: unknown) => toast.bad(failureText(error))),
    });
  };
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
