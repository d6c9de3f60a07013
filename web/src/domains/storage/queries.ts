/** Questions about storage. Asked anew whenever a page opens: figures change with every deletion. */
import { queryOptions } from "@tanstack/react-query";
import { appPath, get } from "@/api/client";
import type { EntityStorage, ProjectStorage, ServerStorage, TtlPolicy } from "@/api/contract";
import { keys } from "@/api/keys";

export const projectStorageQuery = (entity: string, project: string) =>
  queryOptions({
    queryKey: [...keys.project(entity, project), "storage"],
    queryFn: ({ signal }) => get<ProjectStorage>(`${appPath("projects", entity, project)}/storage`, signal),
  });

export const entityStorageQuery = (entity: string) =>
  queryOptions({
    queryKey: [...keys.entity(entity), "storage"],
    queryFn: ({ signal }) => get<EntityStorage>(`${appPath("entities", entity)}/storage`, signal),
  });

export const ttlPolicyQuery = (entity: string) =>
  queryOptions({
    queryKey: [...keys.entity(entity), "artifact-ttl"],
    queryFn: ({ signal }) => get<TtlPolicy>(`${appPath("entities", entity)}/artifact-ttl`, signal),
  });

export const SERVER_STORAGE_KEY = ["admin", "storage"] as const;

export const serverStorageQuery = queryOptions({
  queryKey: SERVER_STORAGE_KEY,
  queryFn: ({ signal }) => get<ServerStorage>(appPath("admin", "storage"), signal),
  // a collection that is under way tells how far it is
  refetchInterval: (query) => (query.state.data?.collections.some((run) => run.state === "running") ? 2000 : false),
});
