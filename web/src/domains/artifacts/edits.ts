/** What changes artifacts. After each change everything of the project's artifacts is asked again. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { patch, post, remove } from "@/api/client";
import type { ArtifactDetail, CollectionPage, VersionsDeleted } from "@/api/contract";
import { keys } from "@/api/keys";
import { type CollectionRef, collectionQuery, keyOf, pathOf, type VersionRef, versionQuery } from "./queries";

/** Asks everything of the project's artifacts again. */
export function useRefreshArtifacts({ entity, project }: Pick<CollectionRef, "entity" | "project">) {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.artifacts(entity, project) }),
      client.invalidateQueries({ queryKey: ["lineage"] }),
    ]);
}

export interface CollectionChange {
  name?: string;
  description?: string;
  type?: string;
  ttlSeconds?: number;
  addTags?: string[];
  removeTags?: string[];
}

/** A renamed or moved collection has another address: its old one is not asked again. */
export function useUpdateCollection(ref: CollectionRef) {
  const client = useQueryClient();
  const refresh = useRefreshArtifacts(ref);
  return useMutation({
    mutationFn: (change: CollectionChange) => patch<CollectionPage>(pathOf(ref), change),
    onSuccess: (page) => {
      const moved = page.name !== ref.collection || page.type !== ref.type;
      const now = { ...ref, collection: page.name, type: page.type };
      client.setQueryData(collectionQuery(now).queryKey, page);
      if (moved) {
        void client.invalidateQueries({ queryKey: keys.artifacts(ref.entity, ref.project), exact: true });
        return;
      }
      void refresh();
    },
  });
}

export function useDeleteCollection(ref: CollectionRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => remove(pathOf(ref)),
    onSuccess: () => {
      // its page is still open for a moment: asking again now would answer 404
      void client.invalidateQueries({ queryKey: keyOf(ref), refetchType: "none" });
      void client.invalidateQueries({ queryKey: keys.artifacts(ref.entity, ref.project), exact: true });
    },
  });
}

export interface VersionChange {
  description?: string;
  ttlSeconds?: number;
  addTags?: string[];
  removeTags?: string[];
}

export function useUpdateVersion(ref: VersionRef) {
  const client = useQueryClient();
  const refresh = useRefreshArtifacts(ref);
  return useMutation({
    mutationFn: (change: VersionChange) => patch<ArtifactDetail>(pathOf(ref, ref.version), change),
    onSuccess: (detail) => {
      client.setQueryData(versionQuery(ref).queryKey, detail);
      void refresh();
    },
  });
}

export interface AliasesChange {
  add?: string[];
  remove?: string[];
}

/** An alias given here is taken from the version that has it. Waits for the pages that show either. */
export function useChangeAliases(ref: VersionRef) {
  const refresh = useRefreshArtifacts(ref);
  return useMutation({
    mutationFn: (change: AliasesChange) => post<void>(`${pathOf(ref, ref.version)}/aliases`, change),
    onSuccess: refresh,
  });
}

export interface LinkInput {
  collection: string;
  entity?: string;
  project?: string;
  aliases?: string[];
}

export function useLinkVersion(ref: VersionRef) {
  const client = useQueryClient();
  const refresh = useRefreshArtifacts(ref);
  return useMutation({
    mutationFn: (input: LinkInput) => post<ArtifactDetail>(`${pathOf(ref, ref.version)}/links`, input),
    onSuccess: (detail) => {
      client.setQueryData(versionQuery(ref).queryKey, detail);
      void refresh();
    },
  });
}

/**
 * Of a portfolio: takes the link away, the version stays in its own collection.
 * Asks nothing again by itself: the page of what is gone is still open then.
 */
export function useDeleteVersion(ref: VersionRef) {
  return useMutation({
    mutationFn: ({ withAliases }: { withAliases: boolean }) =>
      remove(`${pathOf(ref, ref.version)}${withAliases ? "?aliases=1" : ""}`),
  });
}

// a request of this many takes some seconds at most, so that the bar moves and an end comes soon
const PORTION = 50;

/** Deletes any number of versions in portions; stops between two when `signal` says so. */
export async function deleteVersions(
  ref: CollectionRef,
  versions: readonly string[],
  withAliases: boolean,
  onProgress: (handled: number) => void,
  signal: AbortSignal,
): Promise<VersionsDeleted> {
  const all: VersionsDeleted = { deleted: [], skipped: [] };
  for (let at = 0; at < versions.length && !signal.aborted; at += PORTION) {
    const portion = versions.slice(at, at + PORTION);
    const answer = await post<VersionsDeleted>(`${pathOf(ref)}/versions:delete`, { versions: portion, withAliases });
    all.deleted.push(...answer.deleted);
    all.skipped.push(...answer.skipped);
    onProgress(Math.min(at + PORTION, versions.length));
  }
  return all;
}
