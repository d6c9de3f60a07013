/** Questions about alerts, and what a person has seen and wants to hear. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, get, patch, post, remove } from "@/api/client";
import type { AlertInbox, AlertPreferences, RunAlert, SlackState } from "@/api/contract";
import { keys } from "@/api/keys";

// alerts are rare, and a tab that comes to the front asks at once
const ASK_MS = 60_000;

export const inboxQuery = queryOptions({
  queryKey: keys.alerts,
  queryFn: ({ signal }) => get<AlertInbox>("/app/alerts", signal),
  refetchInterval: ASK_MS,
});

export const alertPreferencesQuery = queryOptions({
  queryKey: keys.alertPreferences,
  queryFn: ({ signal }) => get<AlertPreferences>("/app/alert-preferences", signal),
});

export const runAlertsQuery = (entity: string, project: string, run: string) =>
  queryOptions({
    queryKey: [...keys.run(entity, project, run), "alerts"],
    queryFn: ({ signal }) => get<{ alerts: RunAlert[] }>(`${appPath("runs", entity, project, run)}/alerts`, signal),
  });

export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (upTo: number) => post("/app/alerts/read", { upTo }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.alerts }),
  });
}

export function useAlertPreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<Pick<AlertPreferences, "byMail" | "leastSeverity">>) =>
      patch<AlertPreferences>("/app/alert-preferences", change),
    onSuccess: (chosen) => client.setQueryData(alertPreferencesQuery.queryKey, chosen),
  });
}

export const slackQuery = (entity: string) =>
  queryOptions({
    queryKey: keys.slack(entity),
    queryFn: ({ signal }) => get<SlackState>(appPath("entities", entity, "slack"), signal),
  });

export function useSlackActions(entity: string) {
  const client = useQueryClient();
  return {
    /** answers where Slack asks for a channel; it leads the browser back to the settings */
    connect: useMutation({
      mutationFn: () => post<{ url: string }>(appPath("entities", entity, "slack")),
      gcTime: 0,
    }).mutateAsync,
    disconnect: useMutation({
      mutationFn: () => remove(appPath("entities", entity, "slack")),
      onSettled: () => client.invalidateQueries({ queryKey: keys.slack(entity) }),
    }).mutateAsync,
  };
}
