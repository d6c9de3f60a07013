/** Questions about artifacts. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { appPath, get } from "@/api/client";
import type { ArtifactDetail, ArtifactFiles, ArtifactTypes, CollectionPage } from "@/api/contract";
import { keys } from "@/api/keys";

const FILES_PER_PAGE = 1000;

export interface CollectionRef {
  entity: string;
  project: string;
  type: string;
  collection: string;
}
export interface VersionRef extends CollectionRef {
  version: string;
}

const pathOf = (ref: CollectionRef, ...rest: string[]): string =>
  appPath("projects", ref.entity, ref.project, "artifacts", ref.type, ref.collection, ...rest);
const keyOf = (ref: CollectionRef, ...rest: string[]) => [
  ...keys.artifacts(ref.entity, ref.project),
  ref.type,
  ref.collection,
  ...rest,
];

export const artifactTypesQuery = (entity: string, project: string) =>
  queryOptions({
    queryKey: keys.artifacts(entity, project),
    queryFn: ({ signal }) => get<ArtifactTypes>(appPath("projects", entity, project, "artifacts"), signal),
  });

export const collectionQuery = (ref: CollectionRef) =>
  queryOptions({
    queryKey: keyOf(ref),
    queryFn: ({ signal }) => get<CollectionPage>(pathOf(ref), signal),
  });

export const versionQuery = (ref: VersionRef) =>
  queryOptions({
    queryKey: keyOf(ref, ref.version),
    queryFn: ({ signal }) => get<ArtifactDetail>(pathOf(ref, ref.version), signal),
  });

/** The files of a version, a page at a time in the order of its manifest. */
export const versionFilesQuery = (ref: VersionRef) =>
  infiniteQueryOptions({
    queryKey: keyOf(ref, ref.version, "files"),
    queryFn: ({ signal, pageParam }) => {
      const after = pageParam === "" ? "" : `&after=${encodeURIComponent(pageParam)}`;
      return get<ArtifactFiles>(`${pathOf(ref, ref.version, "files")}?limit=${FILES_PER_PAGE}${after}`, signal);
    },
    // a version that is committed stays as it is; the hour keeps its signed links young
    staleTime: 3_600_000,
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });
