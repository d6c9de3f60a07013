/** Custom roles of an organization: what its teams' people may hold on top of member and viewer. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { appPath, get, patch, post, remove } from "@/api/client";
import type { CustomRole, Roles, Team } from "@/api/contract";
import { keys } from "@/api/keys";

/** what a role is made or changed by */
export interface RoleInput {
  name: string;
  description: string;
  inheritedFrom: CustomRole["inheritedFrom"];
  permissions: string[];
}

export const rolesQuery = (organization: string) =>
  queryOptions({
    queryKey: [...keys.organization(organization), "roles"],
    queryFn: ({ signal }) => get<Roles>(appPath("organizations", organization, "roles"), signal),
  });

/** The names of roles that people of a team may be given by the reader; none outside organizations. */
export function useCustomRoles({ organization, canManage }: Team): readonly string[] {
  const asked = useQuery({ ...rolesQuery(organization ?? ""), enabled: canManage && organization !== null });
  return asked.data?.roles.map(({ name }) => name) ?? [];
}

/** Each resolves when the server has done it; the lists that name roles are read again. */
export function useRoleActions(organization: string) {
  const client = useQueryClient();
  const onSettled = () => void client.invalidateQueries({ queryKey: ["account"] });
  return {
    create: useMutation({
      mutationFn: (given: RoleInput) => post<CustomRole>(appPath("organizations", organization, "roles"), given),
      onSettled,
    }).mutateAsync,
    change: useMutation({
      mutationFn: ({ id, ...given }: RoleInput & { id: string }) =>
        patch<CustomRole>(appPath("organizations", organization, "roles", id), given),
      onSettled,
    }).mutateAsync,
    remove: useMutation({
      mutationFn: (id: string) => remove(appPath("organizations", organization, "roles", id)),
      onSettled,
    }).mutateAsync,
  };
}
