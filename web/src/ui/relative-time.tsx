import { useSyncExternalStore } from "react";
import { formatAbsolute, formatRelative, parseTime } from "@/lib/time";

const TICK_MS = 15_000;

// one clock for all: a table of a thousand rows sets one timer
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of listeners) tell();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** "5m ago", kept up to date, with the exact moment as its title. `empty` stands for no time at all. */
export function RelativeTime({ at, empty = "–" }: { at: string | null | undefined; empty?: string }) {
  const current = useSyncExternalStore(subscribe, () => now);
  const moment = parseTime(at);
  if (moment === null) return <span>{empty}</span>;
  return (
    <time dateTime={at ?? undefined} title={formatAbsolute(moment)}>
      {formatRelative(moment, Math.max(current, moment > current ? Date.now() : 0))}
    </time>
  );
}
