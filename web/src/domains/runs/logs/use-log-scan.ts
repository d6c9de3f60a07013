/** A search that goes through the log a stretch at a time, until enough is found, it ends, or it is stopped. */
import { useCallback, useEffect, useRef, useState } from "react";
import { get } from "@/api/client";
import type { LogMatches } from "@/api/contract";
import { filterQuery, type LogFilter, logPath, type RunRef } from "./use-log";

// so many more are looked for at a time; whoever wants the next one goes on
const STRETCH_MATCHES = 10_000;
// people are still typing until then
const REST_MS = 200;

interface Found {
  question: string;
  matches: readonly number[];
  /** places before this one have been searched */
  searched: number;
  error: unknown;
}

export interface LogScan {
  matches: readonly number[];
  /** how much of the log has been searched, from 0 to 1 */
  share: number;
  /** there is more to search */
  running: boolean;
  complete: boolean;
  error: unknown;
  more: () => void;
  stop: () => void;
}

export function useLogScan(run: RunRef, filter: LogFilter, text: string, regex: boolean, total: number): LogScan {
  const question =
    text === "" ? "" : `${logPath(run)}/search?q=${encodeURIComponent(text)}&regex=${regex}${filterQuery(filter)}`;
  const known = useRef<Found>(fresh(question));
  const [shown, setShown] = useState<Found>(known.current);
  const [goal, setGoal] = useState({ question, count: STRETCH_MATCHES });
  const wanted = goal.question === question ? goal.count : STRETCH_MATCHES;

  useEffect(() => {
    if (question === "") return;
    const abort = new AbortController();
    const isNew = known.current.question !== question;
    if (isNew) known.current = fresh(question);
    const tell = (found: Found) => {
      known.current = found;
      setShown(found);
    };
    void (async () => {
      if (isNew) await new Promise((resolve) => setTimeout(resolve, REST_MS));
      while (!abort.signal.aborted && known.current.matches.length < wanted && known.current.searched < total) {
        const { matches, searched } = known.current;
        const part = await get<LogMatches>(`${question}&from=${searched}`, abort.signal);
        if (abort.signal.aborted) return;
        tell({ question, matches: [...matches, ...part.matches], searched: part.next ?? part.total, error: null });
        if (part.next === null) return;
      }
    })().catch((error: unknown) => {
      if (!abort.signal.aborted) tell({ ...known.current, error });
    });
    return () => abort.abort();
  }, [question, wanted, total]);

  const now = shown.question === question ? shown : fresh(question);
  const complete = now.searched >= total;
  const count = now.matches.length;
  const more = useCallback(() => setGoal({ question, count: count + STRETCH_MATCHES }), [question, count]);
  const stop = useCallback(() => setGoal({ question, count: 0 }), [question]);
  return {
    matches: now.matches,
    share: total === 0 ? 1 : Math.min(1, now.searched / total),
    running: question !== "" && !complete && now.error === null && count < wanted,
    complete,
    error: now.error,
    more,
    stop,
  };
}

const fresh = (question: string): Found => ({ question, matches: [], searched: 0, error: null });
