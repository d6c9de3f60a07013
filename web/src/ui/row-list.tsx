import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, type RefObject, useRef } from "react";
import { cx } from "@/lib/class-names";
import styles from "./row-list.module.css";

/** The looks of one row of a `RowList`: the row itself, the chosen one, what is cut off when long, what stands at its end. */
export const rowStyles = {
  row: (current = false) => cx(styles.row, current && styles.current),
  name: styles.name,
  figure: styles.figure,
};

interface RowListOptions {
  count: number;
  rowPx: number;
  /** the row that is in sight at first, with some before it */
  beginAt?: number;
}

interface LongList {
  scroller: RefObject<HTMLDivElement | null>;
  virtual: Virtualizer<HTMLDivElement, Element>;
  rowPx: number;
}

// rows that stand before the one that is sought
const CONTEXT_ROWS = 6;

export const offsetOf = (row: number, rowPx: number): number => Math.max(0, (row - CONTEXT_ROWS) * rowPx);

/** The state of a `RowList`: where it is scrolled to, and which rows show. */
export function useRowList({ count, rowPx, beginAt = 0 }: RowListOptions): LongList {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
    initialOffset: () => offsetOf(beginAt, rowPx),
  });
  return { scroller, virtual, rowPx };
}

interface RowListProps {
  list: LongList;
  /** null where the row is gone by now */
  children: (index: number) => ReactNode;
  className?: string | undefined;
  /** named and reached by the Tab key, for rows that cannot be */
  label?: string;
  /** the keys of a tree, whose rows are its items */
  tree?: { label: string; onKeyDown: (event: KeyboardEvent) => void };
}

/** Rows of one height, of any number: only those that show are drawn. */
export function RowList({ list: { scroller, virtual, rowPx }, children, className, label, tree }: RowListProps) {
  return (
    <div
      ref={scroller}
      className={cx(styles.scroller, className)}
      {...(label !== undefined && { role: "region", "aria-label": label, tabIndex: 0 })}
    >
      <ul
        className={styles.rows}
        style={{ height: virtual.getTotalSize() }}
        {...(tree && { role: "tree", "aria-label": tree.label, onKeyDown: tree.onKeyDown })}
      >
        {virtual.getVirtualItems().map(({ index, start, key }) => (
          <li
            key={key}
            className={styles.slot}
            style={{ height: rowPx, transform: `translateY(${start}px)` }}
            {...(tree && { role: "presentation" })}
          >
            {children(index)}
          </li>
        ))}
      </ul>
    </div>
  );
}
