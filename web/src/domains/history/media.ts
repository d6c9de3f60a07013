/** Values of media keys over steps. */
import { useQueries } from "@tanstack/react-query";
import { post } from "@/api/client";
import type { MediaAnswer, MediaItem } from "@/api/contract";
import { keys } from "@/api/keys";

export interface MediaOfRun {
  items: readonly MediaItem[];
  error: unknown;
  pending: boolean;
}

interface RunRef {
  entity: string;
  project: string;
  id: string;
}

/** The logged values of one key for each run, in rising step; asked again when a run has news. */
export function useMedia(runs: readonly RunRef[], key: string): MediaOfRun[] {
  const answers = useQueries({
    queries: runs.map(({ entity, project, id }) => ({
      queryKey: [...keys.run(entity, project, id), "media", key],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        post<MediaAnswer>("/app/media:query", { entity, project, run: id, key }, signal),
    })),
  });
  return answers.map(({ data, error, isPending }) => ({ items: data?.items ?? [], error, pending: isPending }));
}
