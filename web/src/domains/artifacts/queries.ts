/** Questions about artifacts. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { appPath, get } from "@/api/client";
import type {
  AliasHistory,
  AliasList,
  ArtifactDetail,
  ArtifactEntry,
  ArtifactTypes,
  ChangeKind,
  ChangeTotals,
  CollectionPage,
  FileMatches,
  FolderPage,
  LineageDirection,
  LineageGraph,
  LineageMembers,
  VersionChanges,
  VersionMetrics,
  VersionPage,
} from "@/api/contract";
import { keys } from "@/api/keys";

export interface CollectionRef {
  entity: string;
  project: string;
  type: string;
  collection: string;
}
export interface VersionRef extends CollectionRef {
  version: string;
}

// a version that is committed stays as it is; half an hour keeps its signed links young
const CONTENT_STALE_MS = 1_800_000;
const FOLDER_PAGE = 200;

export const pathOf = (ref: CollectionRef, ...rest: string[]): string =>
  appPath("projects", ref.entity, ref.project, "artifacts", ref.type, ref.collection, ...rest);
export const keyOf = (ref: CollectionRef, ...rest: unknown[]) => [
  ...keys.artifacts(ref.entity, ref.project),
  ref.type,
  ref.collection,
  ...rest,
];
// routes below a version and lists of a collection carry a colon or a slash, which appPath would quote
const below = (ref: VersionRef, route: string, query: Record<string, string | number | undefined> = {}): string =>
  `${pathOf(ref, ref.version)}/${route}${search(query)}`;

function search(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  return text && `?${text}`;
}

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

export interface VersionsAsked {
  find?: string;
  /** "-versionIndex", "size", … */ order?: string;
  /** keys of metadata to show */ metadata?: readonly string[];
  offset: number;
  limit: number;
}

export const versionsQuery = (ref: CollectionRef, { metadata = [], ...asked }: VersionsAsked) =>
  queryOptions({
    queryKey: keyOf(ref, ":versions", asked, metadata),
    queryFn: ({ signal }) => {
      const columns = metadata.map((key) => `&metadata=${encodeURIComponent(key)}`).join("");
      return get<VersionPage>(`${pathOf(ref)}/versions:list${search({ ...asked })}${columns}`, signal);
    },
    placeholderData: keepPreviousData,
  });

/** All versions that a search finds, by name: too many to keep. */
export const readVersionNames = async (ref: CollectionRef, find: string): Promise<string[]> =>
  (await get<{ versions: string[] }>(`${pathOf(ref)}/versions:names${search({ find })}`)).versions;

export const aliasesQuery = (ref: CollectionRef, find = "") =>
  queryOptions({
    queryKey: keyOf(ref, ":aliases", find),
    queryFn: ({ signal }) => get<AliasList>(`${pathOf(ref)}/aliases:list${search({ find })}`, signal),
  });

export const aliasHistoryQuery = (ref: CollectionRef) =>
  infiniteQueryOptions({
    queryKey: keyOf(ref, ":alias-history"),
    queryFn: ({ signal, pageParam }) =>
      get<AliasHistory>(`${pathOf(ref)}/aliases:history${search({ before: pageParam ?? undefined })}`, signal),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next,
  });

export const versionQuery = (ref: VersionRef) =>
  queryOptions({
    queryKey: keyOf(ref, ref.version),
    queryFn: ({ signal }) => get<ArtifactDetail>(pathOf(ref, ref.version), signal),
  });

export const versionMetricsQuery = (ref: VersionRef) =>
  queryOptions({
    queryKey: keyOf(ref, ref.version, ":metrics"),
    queryFn: ({ signal }) => get<VersionMetrics>(below(ref, "metrics"), signal),
  });

// ---- files ------------------------------------------------------------------------------------------------------

/** A page of one folder of a version; `from` is what the page before gave as next, "" for the first. */
export const folderPageQuery = (ref: VersionRef, folder: string, from: string) =>
  queryOptions({
    queryKey: keyOf(ref, ref.version, ":folder", folder, from),
    queryFn: ({ signal }) => get<FolderPage>(below(ref, "files", { folder, from, limit: FOLDER_PAGE }), signal),
    staleTime: CONTENT_STALE_MS,
  });

/** What a search finds among the files; a page is as much as the server looks at in one go. */
export const filesFoundQuery = (ref: VersionRef, find: string) =>
  infiniteQueryOptions({
    queryKey: keyOf(ref, ref.version, ":found", find),
    queryFn: ({ signal, pageParam }) => get<FileMatches>(below(ref, "files:find", { find, from: pageParam }), signal),
    staleTime: CONTENT_STALE_MS,
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const entryQuery = (ref: VersionRef, path: string) =>
  queryOptions({
    queryKey: keyOf(ref, ref.version, ":entry", path),
    queryFn: ({ signal }) => get<ArtifactEntry>(below(ref, "file", { path }), signal),
    staleTime: CONTENT_STALE_MS,
  });

// ---- two versions -----------------------------------------------------------------------------------------------

/** What changed from the version `other` to this one; `other` is as the address has it. */
export const changesQuery = (ref: VersionRef, other: string, kind: ChangeKind | null) =>
  infiniteQueryOptions({
    queryKey: keyOf(ref, ref.version, ":changes", other, kind),
    queryFn: ({ signal, pageParam }) =>
      get<VersionChanges>(below(ref, "compare", { with: other, kind: kind ?? "", from: pageParam }), signal),
    staleTime: CONTENT_STALE_MS,
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const changeTotalsQuery = (ref: VersionRef, other: string) =>
  infiniteQueryOptions({
    queryKey: keyOf(ref, ref.version, ":totals", other),
    queryFn: ({ signal, pageParam }) =>
      get<ChangeTotals>(below(ref, "compare:totals", { with: other, from: pageParam }), signal),
    staleTime: CONTENT_STALE_MS,
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

// ---- lineage ----------------------------------------------------------------------------------------------------

export const lineageQuery = (node: string, up: number, down: number) =>
  queryOptions({
    queryKey: ["lineage", node, up, down],
    queryFn: ({ signal }) => get<LineageGraph>(`${appPath("lineage", node)}${search({ up, down })}`, signal),
  });

export interface MembersAsked {
  direction: LineageDirection;
  type: string | null;
  find: string;
}

export const membersQuery = (node: string, { direction, type, find }: MembersAsked) =>
  infiniteQueryOptions({
    queryKey: ["lineage", node, "members", direction, type, find],
    queryFn: ({ signal, pageParam }) => {
      const query = search({ direction, type: type ?? "", find, offset: pageParam, limit: 50 });
      return get<LineageMembers>(`${appPath("lineage", node)}/members${query}`, signal);
    },
    initialPageParam: 0,
    getNextPageParam: (page, _pages, offset) => {
      const next = offset + 50;
      return next < page.total ? next : null;
    },
    placeholderData: keepPreviousData,
  });
