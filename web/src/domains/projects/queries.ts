/** Questions about home, entities and projects, and what changes a project. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { appPath, get, patch, post, remove } from "@/api/client";
import type { EntityPage, Home, Project, Visibility } from "@/api/contract";
import { keys } from "@/api/keys";

export const homeQuery = queryOptions({
  queryKey: keys.home,
  queryFn: ({ signal }) => get<Home>("/app/home", signal),
});

export const entityQuery = (entity: string) =>
  queryOptions({
    queryKey: keys.entity(entity),
    queryFn: ({ signal }) => get<EntityPage>(appPath("entities", entity), signal),
  });

export const projectQuery = (entity: string, project: string) =>
  queryOptions({
    queryKey: keys.projectDetail(entity, project),
    queryFn: ({ signal }) => get<Project>(appPath("projects", entity, project), signal),
  });

export interface ProjectInput {
  name: string;
  description: string;
  visibility: Visibility;
}

/** Lists that show projects are asked again after any change of one. */
function useRefreshLists(): (entity: string) => void {
  const client = useQueryClient();
  return (entity) => {
    void client.invalidateQueries({ queryKey: keys.home });
    void client.invalidateQueries({ queryKey: keys.entity(entity) });
  };
}

export function useCreateProject() {
  const refresh = useRefreshLists();
  return useMutation({
    mutationFn: ({ entity, ...input }: ProjectInput & { entity: string }) =>
      post<Project>(appPath("entities", entity, "projects"), input),
    onSuccess: (project) => refresh(project.entity),
  });
}

export function useUpdateProject(entity: string, project: string) {
  const client = useQueryClient();
  const refresh = useRefreshLists();
  return useMutation({
    mutationFn: (change: Partial<Pick<Project, "description" | "visibility">>) =>
      patch<Project>(appPath("projects", entity, project), change),
    onSuccess: (updated) => {
      client.setQueryData(keys.projectDetail(entity, project), updated);
      refresh(entity);
    },
  });
}

export function useDeleteProject(entity: string, project: string) {
  const client = useQueryClient();
  const refresh = useRefreshLists();
  return useMutation({
    mutationFn: () => remove(appPath("projects", entity, project)),
    onSuccess: () => {
      // its pages are still open for a moment: asking again now would answer 404
      void client.invalidateQueries({ queryKey: keys.project(entity, project), refetchType: "none" });
      refresh(entity);
    },
  });
}
