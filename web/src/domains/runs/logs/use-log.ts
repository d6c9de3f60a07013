/** A run's console lines, in pages around what is on the screen. */
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { appPath, get } from "@/api/client";
import type { LogLine, LogMatches, LogPage } from "@/api/contract";
import { keys } from "@/api/keys";

export const PAGE_LINES = 1000;
const DOWNLOAD_LINES = 2000;

interface RunRef {
  entity: string;
  project: string;
  id: string;
}

const logKey = ({ entity, project, id }: RunRef) => [...keys.run(entity, project, id), "logs"] as const;
const logPath = ({ entity, project, id }: RunRef) => `${appPath("runs", entity, project, id)}/logs`;

/** How many lines there are; asked again as the run prints. */
export function useLogTotal(run: RunRef) {
  return useQuery({
    queryKey: [...logKey(run), "total"],
    queryFn: async ({ signal }) => (await get<LogPage>(`${logPath(run)}?from=-1&limit=1`, signal)).total,
  });
}

export interface LogWindow {
  /** undefined while its page is on the way */
  line: (index: number) => LogLine | undefined;
  error: unknown;
  retry: () => void;
}

/** The lines from `first` to `last`, by whole pages. */
export function useLogWindow(run: RunRef, first: number, last: number): LogWindow {
  const from = Math.floor(Math.max(0, first) / PAGE_LINES);
  const to = Math.floor(Math.max(0, last) / PAGE_LINES);
  const pages = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...logKey(run), "page", page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<LogPage>(`${logPath(run)}?from=${page * PAGE_LINES}&limit=${PAGE_LINES}`, signal),
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

/** Numbers of the lines that match; nothing is asked for an empty search. */
export function useLogMatches(run: RunRef, text: string, regex: boolean) {
  return useQuery({
    queryKey: [...logKey(run), "search", text, regex],
    queryFn: ({ signal }) =>
      get<LogMatches>(`${logPath(run)}/search?q=${encodeURIComponent(text)}&regex=${regex}`, signal),
    enabled: text !== "",
    placeholderData: keepPreviousData,
  });
}

/** The whole log as text, in the order printed. Fetches it page by page. */
export async function readWholeLog(run: RunRef): Promise<string> {
  const lines: string[] = [];
  for (;;) {
    const page = await get<LogPage>(`${logPath(run)}?from=${lines.length}&limit=${DOWNLOAD_LINES}`);
    lines.push(...page.lines.map(({ text }) => text));
    if (page.lines.length === 0 || lines.length >= page.total) return `${lines.join("\n")}\n`;
  }
}
