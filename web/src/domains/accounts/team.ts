/** A team as those who belong to it see it: members, service accounts, pending invitations. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, get, post, remove } from "@/api/client";
import type { EntityRef, MadeLink, NewServiceAccount, Team } from "@/api/contract";
import { keys } from "@/api/keys";

export type Role = EntityRef["role"];

export const teamQuery = (team: string) =>
  queryOptions({
    queryKey: keys.team(team),
    queryFn: ({ signal }) => get<Team>(appPath("teams", team), signal),
  });

/** Each resolves when the server has done it; the table is read again. */
export function useTeamActions(team: string) {
  const client = useQueryClient();
  const onSettled = () => void client.invalidateQueries({ queryKey: keys.team(team) });
  // what the reader belongs to may have changed
  const renewSession = () => void client.invalidateQueries({ queryKey: keys.session });
  return {
    setMember: useMutation({
      mutationFn: (given: { username: string; role: string }) => post(appPath("teams", team, "members"), given),
      onSettled,
    }).mutateAsync,
    removeMember: useMutation({
      onSuccess: renewSession,
      mutationFn: (id: string) => remove(appPath("teams", team, "members", id)),
      onSettled,
    }).mutateAsync,
    withdraw: useMutation({
      mutationFn: (id: string) => remove(appPath("teams", team, "invitations", id)),
      onSettled,
    }).mutateAsync,
    invite: useMutation({
      mutationFn: (given: { email: string; role: string }) =>
        post<MadeLink>(appPath("teams", team, "invitations"), given),
      onSettled,
      gcTime: 0,
    }).mutateAsync,
    deleteTeam: useMutation({
      mutationFn: () => remove(appPath("teams", team)),
      onSuccess: renewSession,
    }).mutateAsync,
    addService: useMutation({
      mutationFn: (name: string) => post<NewServiceAccount>(appPath("teams", team, "service-accounts"), { name }),
      onSettled,
      gcTime: 0,
    }).mutateAsync,
    renewKey: useMutation({
      mutationFn: (id: string) => post<NewServiceAccount>(appPath("teams", team, "service-accounts", id, "key"), {}),
      gcTime: 0,
    }).mutateAsync,
  };
}
