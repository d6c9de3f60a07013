import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { baseFor, MARGIN, spanOf } from "./long-list";

type Align = "start" | "center" | "end";

/** The rows on the screen, of a list of any length. `index` of a row counts from the beginning of the whole list. */
export function useLongList(scroller: RefObject<HTMLElement | null>, total: number, rowPx: number) {
  const [base, setBase] = useState(0);
  const goal = useRef<{ index: number; align: Align; within: number } | null>(null);
  const span = spanOf(total, base);
  const virtual = useVirtualizer({
    count: span,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 40,
    getItemKey: (place) => base + place,
  });
  const items = virtual.getVirtualItems();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a goal is reached as soon as its part is laid out
  useLayoutEffect(() => {
    const wanted = goal.current;
    if (wanted === null) return;
    goal.current = null;
    if (wanted.within === 0) return virtual.scrollToIndex(wanted.index - base, { align: wanted.align });
    const [start] = virtual.getOffsetForIndex(wanted.index - base, "start") ?? [0];
    virtual.scrollToOffset(start + wanted.within);
  }, [base]);

  const move = (index: number, align: Align, within = 0) => {
    const next = baseFor(index, total, base);
    if (next === base) {
      if (within === 0) virtual.scrollToIndex(index - base, { align });
      return;
    }
    goal.current = { index, align, within };
    setBase(next);
  };
  // of the scroller itself: what was drawn may be older than where it stands
  const top = () => virtual.getVirtualItemForOffset(scroller.current?.scrollTop ?? 0);
  const here = () => base + (top()?.index ?? 0);
  return {
    rows: items.map(({ index, start, key }) => ({ index: base + index, place: index, start, key })),
    heightPx: virtual.getTotalSize(),
    measure: virtual.measureElement,
    goTo: (index: number, align: Align) => move(Math.max(0, Math.min(index, total - 1)), align),
    here,
    /** The end of the whole list is laid out. */
    atLastPart: base + span >= total,
    /** To be called as the list scrolls: near the end of what is laid out the next part is, without a jump. */
    slide: () => {
      const first = top();
      if (first === undefined) return;
      const { index: place, start } = first;
      if ((place >= MARGIN || base === 0) && (place < span - MARGIN || base + span >= total)) return;
      // a pixel at least, for a goal within its row
      move(base + place, "start", Math.max(1, (scroller.current?.scrollTop ?? 0) - start));
    },
  };
}
