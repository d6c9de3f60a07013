import { useDeferredValue, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import type { RunDetail } from "@/api/contract";
import { useLogMatches } from "./use-log";

/** Search in a log: the text is part of the address, the matches are walked one by one. `goTo` scrolls to a line. */
export function useLogSearch(run: RunDetail, goTo: (index: number) => void) {
  const [params, setParams] = useSearchParams();
  const text = params.get("q") ?? "";
  const [regex, setRegex] = useState(false);
  const [at, setAt] = useState(-1);
  const { data, error } = useLogMatches(run, useDeferredValue(text), regex);
  const matches = text === "" ? NONE : (data?.matches ?? NONE);
  const found = useMemo(() => new Set(matches), [matches]);

  const setText = (next: string) => {
    setAt(-1);
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
    const next = (at + step + matches.length + (at < 0 && step < 0 ? 1 : 0)) % matches.length;
    setAt(next);
    goTo(matches[next] as number);
  };
  return {
    text,
    setText,
    regex,
    setRegex,
    found,
    at,
    count: matches.length,
    truncated: data?.truncated ?? false,
    current: matches[at] ?? null,
    failed: text !== "" && error !== null,
    next: () => walk(1),
    previous: () => walk(-1),
  };
}

const NONE: readonly number[] = [];
