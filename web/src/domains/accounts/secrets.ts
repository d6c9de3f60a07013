/** Secrets of a team: names and who set them; values only go to the server. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, get, remove, request } from "@/api/client";
import type { TeamSecrets } from "@/api/contract";
import { keys } from "@/api/keys";

export const secretsQuery = (team: string) =>
  queryOptions({
    queryKey: [...keys.team(team), "secrets"],
    queryFn: ({ signal }) => get<TeamSecrets>(appPath("teams", team, "secrets"), signal),
  });

export function useSecretActions(team: string) {
  const client = useQueryClient();
  const onSettled = () => void client.invalidateQueries({ queryKey: secretsQuery(team).queryKey });
  return {
    setSecret: useMutation({
      mutationFn: ({ name, value }: { name: string; value: string }) =>
        request<void>("PUT", appPath("teams", team, "secrets", name), { body: { value } }),
      onSettled,
      gcTime: 0,
    }).mutateAsync,
    deleteSecret: useMutation({
      mutationFn: (name: string) => remove(appPath("teams", team, "secrets", name)),
      onSettled,
    }).mutateAsync,
  };
}
