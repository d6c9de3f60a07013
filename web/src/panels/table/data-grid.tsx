import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { cx } from "@/lib/class-names";
import { exactNumber, formatNumber } from "@/lib/number";
import styles from "./data-grid.module.css";
import { cellText, type LoggedTable } from "./rows";

const ROW_PX = 26;

/** Rows and columns of plain values; only the rows on the screen are in the page. */
export function DataGrid({ table, label }: { table: LoggedTable; label: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: table.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={scroller} className={styles.grid} aria-label={label} tabIndex={0}>
      <table aria-rowcount={table.rows.length + 1}>
        <thead>
          <tr>
            {table.columns.map((column, index) => (
              <th key={index} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr style={{ height: before }} aria-hidden />}
          {items.map(({ index }) => (
            <tr key={index} aria-rowindex={index + 2}>
              {table.columns.map((_, at) => (
                <Cell key={at} value={table.rows[index]?.[at]} />
              ))}
            </tr>
          ))}
          {after > 0 && <tr style={{ height: after }} aria-hidden />}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ value }: { value: unknown }) {
  if (typeof value === "number")
    return (
      <td className={cx(styles.number)} title={exactNumber(value)}>
        {formatNumber(value)}
      </td>
    );
  const text = cellText(value);
  return <td title={text}>{text}</td>;
}
