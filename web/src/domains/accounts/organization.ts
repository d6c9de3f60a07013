/** An organization as those who belong to it see it: people, teams, service accounts, what its teams use. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, get, post, remove } from "@/api/client";
import type { NewServiceAccount, Organization, OrganizationActivity, OrganizationUsage } from "@/api/contract";
import { keys } from "@/api/keys";

export const organizationQuery = (name: string) =>
  queryOptions({
    queryKey: keys.organization(name),
    queryFn: ({ signal }) => get<Organization>(appPath("organizations", name), signal),
  });

export const organizationUsageQuery = (name: string) =>
  queryOptions({
    queryKey: [...keys.organization(name), "usage"],
    queryFn: ({ signal }) => get<OrganizationUsage>(appPath("organizations", name, "usage"), signal),
  });

export const organizationActivityQuery = (name: string, days: number) =>
  queryOptions({
    queryKey: [...keys.organization(name), "activity", days],
    queryFn: ({ signal }) =>
      get<OrganizationActivity>(`${appPath("organizations", name, "activity")}?days=${days}`, signal),
  });

/** Each resolves when the server has done it; the page is read again. */
export function useOrganizationActions(name: string) {
  const client = useQueryClient();
  const onSettled = () => void client.invalidateQueries({ queryKey: keys.organization(name) });
  // what the reader belongs to may have changed
  const renewSession = () => void client.invalidateQueries({ queryKey: keys.session });
  return {
    setMember: useMutation({
      mutationFn: (given: { username: string; role: string }) => post(appPath("organizations", name, "members"), given),
      onSettled,
    }).mutateAsync,
    removeMember: useMutation({
      onSuccess: renewSession,
      mutationFn: (username: string) => remove(appPath("organizations", name, "members", username)),
      onSettled,
    }).mutateAsync,
    createTeam: useMutation({
      mutationFn: (team: { name: string; bucket: string }) =>
        post<{ name: string }>(appPath("teams"), { ...team, organization: name }),
      onSuccess: renewSession,
      onSettled,
    }).mutateAsync,
    addService: useMutation({
      mutationFn: (account: string) =>
        post<NewServiceAccount>(appPath("organizations", name, "service-accounts"), { name: account }),
      onSettled,
      gcTime: 0,
    }).mutateAsync,
    renewKey: useMutation({
      mutationFn: (id: string) =>
        post<NewServiceAccount>(appPath("organizations", name, "service-accounts", id, "key"), {}),
      gcTime: 0,
    }).mutateAsync,
  };
}
