import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import type { RunDetail } from "@/api/contract";
import type { LogFilter } from "./use-log";
import { useLogScan } from "./use-log-scan";

interface Place {
  /** scrolls to a line */
  goTo: (index: number) => void;
  /** the first line on the screen */
  here: () => number;
}

/** Search in a log: the text is part of the address, the matches are walked one by one. */
export function useLogSearch(run: RunDetail, filter: LogFilter, total: number, place: Place) {
  const [params, setParams] = useSearchParams();
  const text = params.get("q") ?? "";
  const [regex, setRegex] = useState(false);
  const [current, setCurrent] = useState<number | null>(null);
  const scan = useLogScan(run, filter, text, regex, total);
  const { matches } = scan;
  const found = useMemo(() => new Set(matches), [matches]);

  const setText = (next: string) => {
    setCurrent(null);
    setParams(
      (now) => {
        const changed = new URLSearchParams(now);
        if (next === "") changed.delete("q");
        else changed.set("q", next);
        return changed;
      },
      { replace: true },
    );
  };
  const walk = (step: 1 | -1) => {
    if (matches.length === 0) return;
    const next = neighbour(matches, current, step, place.here());
    // the end of what is known is not the end of the log
    if (next === null && !scan.complete && step > 0) return scan.more();
    const index = next ?? (step > 0 ? (matches[0] as number) : (matches.at(-1) as number));
    setCurrent(index);
    place.goTo(index);
  };
  return {
    text,
    setText,
    regex,
    setRegex,
    scan,
    found,
    current,
    at: current === null ? -1 : firstFrom(matches, current),
    count: matches.length,
    failed: text !== "" && scan.error !== null,
    next: () => walk(1),
    previous: () => walk(-1),
  };
}

/** The match after or before the current one, without one those around the screen; null beyond the ends. */
export function neighbour(
  matches: readonly number[],
  current: number | null,
  step: 1 | -1,
  here: number,
): number | null {
  if (step > 0) return matches[firstFrom(matches, current === null ? here : current + 1)] ?? null;
  return matches[firstFrom(matches, current ?? here) - 1] ?? null;
}

/** The place of the first match that is not before `line`; matches ascend. */
function firstFrom(matches: readonly number[], line: number): number {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((matches[middle] as number) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}
