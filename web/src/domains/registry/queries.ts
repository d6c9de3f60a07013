/** Questions about registries, and what changes them. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, get, patch, post, remove } from "@/api/client";
import type { EntityRef, Project, ProjectMembers, Registries, Registry, RegistryMatches } from "@/api/contract";
import { keys } from "@/api/keys";
import { registryProject } from "@/lib/paths";

export type Role = EntityRef["role"];
export type RegistryVisibility = "private" | "restricted";

export const registriesQuery = queryOptions({
  queryKey: keys.registries,
  queryFn: ({ signal }) => get<Registries>("/app/registries", signal),
});

export const registrySearchQuery = (text: string) =>
  queryOptions({
    queryKey: [...keys.registries, "search", text],
    queryFn: ({ signal }) => get<RegistryMatches>(`/app/registries:search?q=${encodeURIComponent(text)}`, signal),
    enabled: text !== "",
    placeholderData: keepPreviousData,
  });

export const membersQuery = (entity: string, project: string) =>
  queryOptions({
    queryKey: keys.members(entity, project),
    queryFn: ({ signal }) => get<ProjectMembers>(appPath("projects", entity, project, "members"), signal),
  });

export interface NewRegistry {
  organization: string;
  name: string;
  description: string;
  visibility: RegistryVisibility;
  /** none: all of them */ types: string[];
}
export interface RegistryChange {
  description?: string;
  visibility?: RegistryVisibility;
  artifactTypes?: string[];
  allArtifactTypes?: boolean;
}

export function useCreateRegistry() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ organization, name, types, ...given }: NewRegistry) =>
      post<Project>(appPath("entities", organization, "projects"), {
        ...given,
        name: registryProject(name),
        artifactTypes: types,
        allArtifactTypes: types.length === 0,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.registries }),
  });
}

/** Each resolves when the server has done it; what shows it is read again. */
export function useRegistryActions({ entity, project }: Pick<Registry, "entity" | "project">) {
  const client = useQueryClient();
  const path = (...rest: string[]) => appPath("projects", entity, project, ...rest);
  const onSettled = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.registries }),
      client.invalidateQueries({ queryKey: keys.members(entity, project) }),
    ]);
  return {
    change: useMutation({
      mutationFn: (change: RegistryChange) => patch<Project>(path(), change),
      onSuccess: (updated) => client.setQueryData(keys.projectDetail(entity, project), updated),
      onSettled,
    }).mutateAsync,
    destroy: useMutation({
      mutationFn: () => remove(path()),
      onSuccess: () => client.invalidateQueries({ queryKey: keys.registries }),
    }).mutateAsync,
    setPerson: useMutation({
      mutationFn: (given: { username: string; role: Role }) => post(path("members"), given),
      onSettled,
    }).mutateAsync,
    setTeam: useMutation({
      mutationFn: (given: { team: string; role: Role }) => post(path("members"), given),
      onSettled,
    }).mutateAsync,
    removePerson: useMutation({
      mutationFn: (username: string) => remove(path("members", username)),
      onSettled,
    }).mutateAsync,
    removeTeam: useMutation({ mutationFn: (team: string) => remove(path("teams", team)), onSettled }).mutateAsync,
  };
}
