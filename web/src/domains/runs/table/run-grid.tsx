import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type MouseEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { RunRow } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { runPath } from "@/lib/paths";
import { useShortcut } from "@/ui/shortcuts";
import type { Selection } from "../bulk/selection";
import type { EditedField } from "./cell-editors";
import { type Column, type FieldName, holdsNumbers } from "./columns";
import styles from "./run-grid.module.css";
import { GridRow } from "./run-row";
import { type SortKey, toggleSort } from "./sorting";
import { useRowFocus } from "./use-row-focus";
import { useRunWindow } from "./use-run-window";
import type { TableView } from "./use-table-view";

const ROW_PX = 32;
// the heads cover as much above, and a scroll bar some below
const SCROLL_END_PX = ROW_PX + 16;
// on a phone the name leaves room for what is compared
const NAME_SHARE = 0.42;

interface RunGridProps {
  entity: string;
  project: string;
  view: TableView;
  count: number;
  selection: Selection;
  canWrite: boolean;
}

/** Rows and columns of runs. Only those on the screen are in the page; the names stay at the left, the heads above. */
export function RunGrid({ entity, project, view, count, selection, canWrite }: RunGridProps) {
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
    scrollPaddingEnd: SCROLL_END_PX,
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
  const focus = useRowFocus(rows, count, rowAt);
  const [editing, setEditing] = useState<{ id: string; field: EditedField } | null>(null);
  useRowKeys({
    focus,
    current: focus.current === null ? undefined : rowAt(focus.current),
    selection,
    ...(canWrite && { onRename: (id: string) => setEditing({ id, field: "title" }) }),
  });
  if (!name) return null;
  const seen = new Set<string>();
  return (
    <section ref={scroller} className={styles.scroller} aria-label={t("runs.table.label")}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: keys move from row to row
        role="grid"
        className={styles.table}
        aria-label={t("runs.table.label")}
        aria-rowcount={count + 1}
        aria-colcount={columns.length}
        aria-multiselectable
      >
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
          {items.map(({ index, start }) => {
            const row = rowAt(index);
            // a row goes where its run goes, with the focus and an editor; while pages come in a run may be there twice
            const key = row && !seen.has(row.id) ? row.id : `at ${index}`;
            seen.add(key);
            return (
              <GridRow
                key={key}
                index={index}
                top={start}
                row={row}
                name={name}
                cells={cells}
                selection={selection}
                stop={index === focus.stop}
                wanted={index === focus.wanted}
                canWrite={canWrite}
                editing={row && editing?.id === row.id ? editing.field : null}
                onEdit={(field) => {
                  setEditing(row && field ? { id: row.id, field } : null);
                  if (field === null) focus.goTo(index);
                }}
                onFocus={focus.onFocus}
                onKeyDown={focus.onKeyDown}
              />
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

interface RowKeysProps {
  focus: ReturnType<typeof useRowFocus>;
  current: RunRow | undefined;
  selection: Selection;
  onRename?: (id: string) => void;
}

/** What single keys do to the row that has the focus. */
function useRowKeys({ focus, current, selection, onRename }: RowKeysProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  useShortcut("j", t("runs.table.keys.next"), () => focus.move(1));
  useShortcut("k", t("runs.table.keys.previous"), () => focus.move(-1));
  useShortcut("x", t("runs.table.keys.choose"), () => current && selection.toggle(current.id));
  useShortcut("e", t("runs.table.keys.rename"), () => current && onRename?.(current.id));
  useShortcut("Enter", t("runs.table.keys.open"), () => {
    if (current) void navigate(runPath(current.entity, current.project, current.id));
  });
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
