import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type MouseEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RunRow } from "@/api/contract";
import { cx } from "@/lib/class-names";
import type { Selection } from "../bulk/selection";
import { type Column, type FieldName, holdsNumbers } from "./columns";
import { RunCell } from "./run-cell";
import styles from "./run-grid.module.css";
import { type SortKey, toggleSort } from "./sorting";
import { useRunWindow } from "./use-run-window";
import type { TableView } from "./use-table-view";

const ROW_PX = 32;
// on a phone the name leaves room for what is compared
const NAME_SHARE = 0.42;

interface RunGridProps {
  entity: string;
  project: string;
  view: TableView;
  count: number;
  selection: Selection;
}

/** Rows and columns of runs. Only those on the screen are in the page; the names stay at the left, the heads above. */
export function RunGrid({ entity, project, view, count, selection }: RunGridProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const { columns } = view;
  const [first, ...others] = columns;
  const name = first && { ...first, width: Math.min(first.width, Math.round(window.innerWidth * NAME_SHARE)) };
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: others.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => others[index]?.width ?? 0,
    getItemKey: (index) => others[index]?.id ?? index,
    paddingStart: name?.width ?? 0,
    scrollPaddingStart: name?.width ?? 0,
    overscan: 3,
  });
  const items = rows.getVirtualItems();
  const rowAt = useRunWindow(entity, project, view.query, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  const shown = items.flatMap(({ index }) => rowAt(index) ?? []);
  const cells = across.getVirtualItems().flatMap(({ index, start }) => {
    const column = others[index];
    return column ? [{ column, start, at: index + 2, numeric: holdsNumbers(column, shown) }] : [];
  });
  const width = across.getTotalSize();
  const onSort = (id: string, more: boolean) => view.setSort(toggleSort(view.sort, id, more));
  if (!name) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={scroller} className={styles.scroller} aria-label={t("runs.table.label")} tabIndex={0}>
      <table className={styles.table} aria-rowcount={count + 1} aria-colcount={columns.length}>
        <thead className={styles.head} style={{ width }}>
          <tr aria-rowindex={1}>
            <HeadCell column={name} at={1} sort={view.sort} onSort={onSort} />
            {cells.map(({ column, start, at, numeric }) => (
              <HeadCell
                key={column.id}
                column={column}
                at={at}
                start={start}
                numeric={numeric}
                sort={view.sort}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody className={styles.body} style={{ width, height: rows.getTotalSize() }}>
          {items.map(({ index, start }) => (
            <Row
              key={index}
              index={index}
              top={start}
              row={rowAt(index)}
              name={name}
              cells={cells}
              selection={selection}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface ShownColumn {
  column: Column;
  start: number;
  at: number;
  numeric: boolean;
}

interface RowProps {
  index: number;
  top: number;
  row: RunRow | undefined;
  name: Column;
  cells: readonly ShownColumn[];
  selection: Selection;
}

function Row({ index, top, row, name, cells, selection }: RowProps) {
  const { t } = useTranslation();
  return (
    <tr className={styles.row} style={{ transform: `translateY(${top}px)` }} aria-rowindex={index + 2}>
      <td className={cx(styles.cell, styles.name)} style={{ width: name.width }} aria-colindex={1}>
        {row && (
          <input
            type="checkbox"
            aria-label={t("bulk.choose", { title: row.title })}
            checked={selection.has(row.id)}
            onChange={() => selection.toggle(row.id)}
          />
        )}
        {row ? <RunCell row={row} column={name} /> : <span className={styles.waiting} />}
      </td>
      {cells.map(({ column, start, at, numeric }) => (
        <td
          key={column.id}
          className={cx(styles.cell, numeric && styles.numeric)}
          style={{ left: start, width: column.width }}
          aria-colindex={at}
        >
          {row ? <RunCell row={row} column={column} /> : <span className={styles.waiting} />}
        </td>
      ))}
    </tr>
  );
}

interface HeadCellProps {
  column: Column;
  at: number;
  start?: number;
  numeric?: boolean;
  sort: readonly SortKey[];
  onSort: (id: string, more: boolean) => void;
}

function HeadCell({ column, at, start, numeric = false, sort, onSort }: HeadCellProps) {
  const { t } = useTranslation();
  const label = useColumnLabel()(column);
  const place = sort.findIndex(({ id }) => id === column.id);
  const key = sort[place];
  const Arrow = key?.descending ? ArrowDown : ArrowUp;
  return (
    <th
      className={cx(styles.headCell, start === undefined && styles.name, numeric && styles.numeric)}
      style={{ width: column.width, ...(start !== undefined && { left: start }) }}
      scope="col"
      aria-colindex={at}
      aria-sort={key ? (key.descending ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        title={`${column.id} · ${t("runs.table.sortHint")}`}
        onClick={(event: MouseEvent) => onSort(column.id, event.shiftKey)}
      >
        <span className={styles.headText}>{label}</span>
        {key && <Arrow aria-hidden />}
        {key && sort.length > 1 && <sup>{place + 1}</sup>}
      </button>
    </th>
  );
}

/** The head of a column: our word for a field, the key itself for a value. */
export function useColumnLabel(): (column: Column) => string {
  const { t } = useTranslation();
  return ({ kind, key }) => (kind === "run" ? t(`runs.table.fields.${key as FieldName}`) : key);
}
