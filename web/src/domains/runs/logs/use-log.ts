/** A run's console lines, in pages around what is on the screen. */
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { appPath, get } from "@/api/client";
import type { LogLabels, LogLine, LogPage } from "@/api/contract";
import { keys } from "@/api/keys";

export const PAGE_LINES = 1000;

export interface RunRef {
  entity: string;
  project: string;
  id: string;
}

/** Which lines are shown; an empty text shows all. */
export interface LogFilter {
  level: "" | "error" | "output";
  label: string;
}

const logKey = ({ entity, project, id }: RunRef) => [...keys.run(entity, project, id), "logs"] as const;
export const logPath = ({ entity, project, id }: RunRef) => `${appPath("runs", entity, project, id)}/logs`;
export const isOpen = (filter: LogFilter) => filter.level === "" && filter.label === "";

/** The filter as the end of a query: "&level=error", or nothing. */
export function filterQuery({ level, label }: LogFilter): string {
  return `${level && `&level=${level}`}${label && `&label=${encodeURIComponent(label)}`}`;
}

/** How many lines there are; asked again as the run prints. */
export function useLogTotal(run: RunRef, filter: LogFilter) {
  return useQuery({
    queryKey: [...logKey(run), "total", filter],
    queryFn: async ({ signal }) =>
      (await get<LogPage>(`${logPath(run)}?from=-1&limit=1${filterQuery(filter)}`, signal)).total,
  });
}

/** The labels that lines have: those of the processes of a shared run. */
export function useLogLabels(run: RunRef) {
  return useQuery({
    queryKey: [...logKey(run), "labels"],
    queryFn: async ({ signal }) => (await get<LogLabels>(`${logPath(run)}/labels`, signal)).labels,
  });
}

export interface LogWindow {
  /** undefined while its page is on the way */
  line: (index: number) => LogLine | undefined;
  error: unknown;
  retry: () => void;
}

/** The lines in the places from `first` to `last`, by whole pages. */
export function useLogWindow(run: RunRef, filter: LogFilter, first: number, last: number): LogWindow {
  const from = Math.floor(Math.max(0, first) / PAGE_LINES);
  const to = Math.floor(Math.max(0, last) / PAGE_LINES);
  const pages = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...logKey(run), "page", filter, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<LogPage>(`${logPath(run)}?from=${page * PAGE_LINES}&limit=${PAGE_LINES}${filterQuery(filter)}`, signal),
      placeholderData: keepPreviousData,
    })),
  });
  return {
    line: (index) => {
      const page = answers[Math.floor(index / PAGE_LINES) - from];
      return page?.isPlaceholderData ? undefined : page?.data?.lines[index % PAGE_LINES];
    },
    error: answers.find(({ error, data }) => error && !data)?.error ?? null,
    retry: () => {
      for (const answer of answers) if (answer.error) void answer.refetch();
    },
  };
}

/** Where the shown lines are downloaded as text. */
export function downloadPath(run: RunRef, filter: LogFilter, times: boolean): string {
  return `${logPath(run)}/download?times=${times ? 1 : 0}&labels=${times ? 1 : 0}${filterQuery(filter)}`;
}
