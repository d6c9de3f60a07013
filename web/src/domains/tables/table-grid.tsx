import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TableCondition, TableShape, TableSource } from "@/api/contract";
import { useLongList } from "@/domains/runs/logs/use-long-list";
import { cx } from "@/lib/class-names";
import { copyText } from "@/lib/copy-text";
import { formatInteger } from "@/lib/number";
import { ErrorState } from "@/ui/error-state";
import { toast } from "@/ui/toast";
import { Cell } from "./cell";
import { exactText, isNumeric } from "./cell-value";
import { ColumnHead, type HeadActions } from "./column-head";
import { FilterCell } from "./filter-cell";
import { nextSpot, type Spot } from "./grid-keys";
import styles from "./table-grid.module.css";
import type { TableState } from "./table-state";
import { useTableCells } from "./use-table-cells";
import { firstWidth, ROW_PX } from "./widths";

interface TableGridProps {
  source: TableSource;
  shape: TableShape;
  state: TableState & { size: NonNullable<TableState["size"]> };
  columns: readonly number[];
  pinnedCount: number;
  matched: number;
  /** filters stand below the heads */
  filtering: boolean;
  onFilter: (filter: TableCondition[]) => void;
  onRow: (row: number) => void;
  /** the first line on the screen, when it has come to rest */
  onAt: (line: number) => void;
  actions: Omit<HeadActions, "onWidth">;
}

const NUMBER_PX = 64;
const REST_MS = 400;

/** Rows and columns of a table, of which only those on the screen are read and drawn. */
export function TableGrid({ source, shape, state, columns, pinnedCount, matched, ...rest }: TableGridProps) {
  const { t } = useTranslation();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [widths, setWidths] = useState<ReadonlyMap<number, number>>(new Map());
  const [spot, setSpot] = useState<Spot | null>(null);
  const rowPx = ROW_PX[state.size];
  const widthOf = (number: number) =>
    widths.get(number) ?? (shape.columns[number] ? firstWidth(shape.columns[number]) : 0);
  const list = useLongList(scroller, matched, rowPx);
  const pinned = columns.slice(0, pinnedCount);
  const offsets = [NUMBER_PX];
  for (const number of pinned) offsets.push((offsets.at(-1) ?? 0) + widthOf(number));
  const pinnedPx = offsets.at(-1) ?? NUMBER_PX;
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length - pinnedCount,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => widthOf(columns[at + pinnedCount] ?? 0),
    getItemKey: (at) => columns[at + pinnedCount] ?? at,
    paddingStart: pinnedPx,
    scrollPaddingStart: pinnedPx,
    overscan: 2,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what makes the known sizes stale
  useEffect(() => across.measure(), [widths, columns, pinnedPx]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a copied address begins at its line, once
  useEffect(() => {
    if (state.at > 0) list.goTo(state.at, "start");
  }, []);
  useRest(scroller, () => rest.onAt(list.here()));
  const scrolled = across.getVirtualItems();
  const cells = useTableCells(source, { search: state.search, filter: state.filter, sort: state.sort }, columns, {
    first: list.rows[0]?.index ?? 0,
    last: list.rows.at(-1)?.index ?? 0,
    firstColumn: pinnedCount + (scrolled[0]?.index ?? 0),
    lastColumn: pinnedCount + (scrolled.at(-1)?.index ?? 0),
    pinnedCount,
  });
  const slots = [
    ...pinned.map((number, place) => ({ number, place, left: offsets[place] ?? 0, fixed: true })),
    ...scrolled.flatMap(({ index, start }) => {
      const number = columns[index + pinnedCount];
      return number === undefined ? [] : [{ number, place: index + pinnedCount, left: start, fixed: false }];
    }),
  ].flatMap((slot) => {
    const column = shape.columns[slot.number];
    return column ? [{ ...slot, column, width: widthOf(slot.number), numeric: isNumeric(column) }] : [];
  });
  const width = Math.max(across.getTotalSize(), pinnedPx);

  const open = (line: number) => {
    const row = cells.row(line);
    if (row !== undefined) rest.onRow(row);
  };
  const copy = async ({ line, place }: Spot) => {
    const column = shape.columns[columns[place] ?? -1];
    const cell = cells.cell(line, place);
    if (!column || cell === undefined) return;
    if (await copyText(exactText(cell, column))) toast.good(t("tables.copied"));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const here = spot ?? { line: list.here(), place: 0 };
    const mod = event.ctrlKey || event.metaKey;
    if (mod && event.key.toLowerCase() === "c" && spot && !window.getSelection()?.toString()) {
      event.preventDefault();
      void copy(spot);
    } else if (event.key === "Enter" && spot) {
      open(spot.line);
    } else {
      const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 2);
      const next = nextSpot(here, event.key, { lines: matched, places: columns.length, page, far: mod });
      if (!next) return;
      event.preventDefault();
      const moved = spot === null ? here : next;
      setSpot(moved);
      list.goTo(moved.line, moved.line < here.line ? "start" : "end");
      if (moved.place >= pinnedCount) across.scrollToIndex(moved.place - pinnedCount, { align: "auto" });
    }
  };
  const active =
    spot && list.rows.some(({ index }) => index === spot.line) ? `${id}-${spot.line}-${spot.place}` : undefined;
  return (
    <section ref={scroller} className={styles.scroller} aria-label={t("tables.label")} onScroll={list.slide}>
      {cells.error !== null && <ErrorState error={cells.error} />}
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: keys move from cell to cell
        role="grid"
        className={styles.table}
        aria-label={t("tables.label")}
        aria-rowcount={matched + 1}
        aria-colcount={columns.length + 1}
        aria-activedescendant={active}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <thead className={styles.head} style={{ width }} data-filtering={rest.filtering || undefined}>
          <tr aria-rowindex={1}>
            <th
              className={cx(styles.headCell, styles.pinned, styles.number)}
              style={{ left: 0, width: NUMBER_PX }}
              scope="col"
              aria-colindex={1}
            >
              {t("tables.row")}
            </th>
            {slots.map(({ number, place, left, fixed, column, width: px, numeric }) => (
              <ColumnHead
                key={number}
                column={column}
                number={number}
                at={place + 2}
                left={left}
                width={px}
                pinned={fixed}
                numeric={numeric}
                sort={state.sort}
                {...rest.actions}
                onWidth={(one, to) => setWidths((now) => new Map(now).set(one, to))}
              />
            ))}
          </tr>
          {rest.filtering && (
            <tr className={styles.filters}>
              <td className={cx(styles.filterCell, styles.pinned)} style={{ left: 0, width: NUMBER_PX }} />
              {slots.map(({ number, place, left, fixed, width: px }) => (
                <FilterCell
                  key={number}
                  columns={shape.columns}
                  number={number}
                  at={place + 2}
                  left={left}
                  width={px}
                  pinned={fixed}
                  filter={state.filter}
                  onFilter={rest.onFilter}
                />
              ))}
            </tr>
          )}
        </thead>
        <tbody className={styles.body} style={{ width, height: list.heightPx }}>
          {list.rows.map(({ index, start, key }) => {
            const row = cells.row(index);
            return (
              <tr
                key={key}
                className={cx(styles.row, row !== undefined && row === state.row && styles.open)}
                style={{ transform: `translateY(${start}px)`, height: rowPx }}
                aria-rowindex={index + 2}
              >
                <td
                  className={cx(styles.cell, styles.pinned, styles.number)}
                  style={{ left: 0, width: NUMBER_PX }}
                  aria-colindex={1}
                >
                  <button
                    type="button"
                    disabled={row === undefined}
                    onClick={() => open(index)}
                    title={t("tables.openRow")}
                  >
                    {row === undefined ? "" : formatInteger(row)}
                  </button>
                </td>
                {slots.map(({ number, place, left, fixed, column, width: px, numeric }) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: keys go through the grid
                  <td
                    key={number}
                    id={`${id}-${index}-${place}`}
                    className={cx(
                      styles.cell,
                      fixed && styles.pinned,
                      numeric && styles.numeric,
                      spot?.line === index && spot.place === place && styles.active,
                    )}
                    style={{ left, width: px }}
                    aria-colindex={place + 2}
                    onClick={() => setSpot({ line: index, place })}
                    onDoubleClick={() => open(index)}
                  >
                    <Cell cell={cells.cell(index, place)} column={column} urls={cells.urls} />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** Calls back when scrolling has come to rest. */
function useRest(scroller: React.RefObject<HTMLElement | null>, onRest: () => void): void {
  const latest = useRef(onRest);
  useEffect(() => {
    latest.current = onRest;
  });
  useEffect(() => {
    const box = scroller.current;
    let timer: ReturnType<typeof setTimeout>;
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(() => latest.current(), REST_MS);
    };
    box?.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      box?.removeEventListener("scroll", onScroll);
    };
  }, [scroller]);
}
