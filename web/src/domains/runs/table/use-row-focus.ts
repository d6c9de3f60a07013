import type { Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useState } from "react";
import type { RunRow } from "@/api/contract";

interface Place {
  index: number;
  /** the run there; it keeps the focus when rows move */
  id: string | undefined;
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/**
 * One row of a long table has the focus, and only that row is a stop of the Tab key. Rows that are not in the page yet are
 * scrolled to first and take the focus when they come.
 */
export function useRowFocus(
  rows: Virtualizer<HTMLDivElement, Element>,
  count: number,
  rowAt: (index: number) => RunRow | undefined,
) {
  const [here, setHere] = useState<Place | null>(null);
  const [wanted, setWanted] = useState<number | null>(null);
  const items = rows.getVirtualItems();
  const moved = here?.id === undefined ? undefined : items.find(({ index }) => rowAt(index)?.id === here.id)?.index;
  const current = here === null ? null : (moved ?? Math.min(here.index, count - 1));
  const inPage = current !== null && items.some(({ index }) => index === current);
  const stop = inPage ? current : (items[0]?.index ?? 0);

  const goTo = (index: number) => {
    const to = Math.max(0, Math.min(index, count - 1));
    rows.scrollToIndex(to, { align: "auto" });
    setWanted(to);
  };
  const page = () => Math.max(1, items.length - rows.options.overscan * 2 - 1);
  return {
    /** the row that keys act on; null before the first */
    current,
    stop,
    wanted,
    goTo,
    /** the first press of a key shows where it is */
    move: (by: number) => goTo(current === null ? stop : current + by),
    onFocus: (index: number) => {
      setWanted(null);
      setHere({ index, id: rowAt(index)?.id });
    },
    /** for a row itself, not for what stands in it */
    onKeyDown: (event: KeyboardEvent, index: number) => {
      const { key, target, currentTarget } = event;
      if (target !== currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
      const by = key === "PageDown" ? page() : key === "PageUp" ? -page() : STEPS[key];
      if (by === undefined) return;
      event.preventDefault();
      goTo(index + by);
    },
  };
}
