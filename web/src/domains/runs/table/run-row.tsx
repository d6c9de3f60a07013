import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RunRow } from "@/api/contract";
import { cx } from "@/lib/class-names";
import type { Selection } from "../bulk/selection";
import { EditableCell, type EditedField, NameEditor } from "./cell-editors";
import type { Column } from "./columns";
import { RunCell } from "./run-cell";
import styles from "./run-grid.module.css";

export interface ShownColumn {
  column: Column;
  start: number;
  at: number;
  numeric: boolean;
}

interface GridRowProps {
  index: number;
  top: number;
  row: RunRow | undefined;
  name: Column;
  cells: readonly ShownColumn[];
  selection: Selection;
  /** what stands in this row can be reached by Tab */
  stop: boolean;
  /** takes the focus once it is in the page */
  wanted: boolean;
  canWrite: boolean;
  editing: EditedField | null;
  onEdit: (field: EditedField | null) => void;
  onFocus: (index: number) => void;
  onKeyDown: (event: KeyboardEvent, index: number) => void;
}

/** One run in the table. */
export function GridRow({ index, top, row, name, cells, selection, stop, wanted, ...rest }: GridRowProps) {
  const { t } = useTranslation();
  const { canWrite, editing, onEdit } = rest;
  const element = useRef<HTMLTableRowElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each wish; a row that has the focus tells nothing by itself
  useEffect(() => {
    if (!wanted) return;
    element.current?.focus({ preventScroll: true });
    rest.onFocus(index);
  }, [wanted]);
  const tabIndex = stop ? 0 : -1;
  const chosen = row !== undefined && selection.has(row.id);
  const content = (column: Column) => {
    if (!row) return <span className={styles.waiting} />;
    if (column.key === "title" && column.kind === "run" && editing === "title")
      return <NameEditor row={row} onClose={() => onEdit(null)} />;
    const cell = <RunCell row={row} column={column} tabIndex={tabIndex} />;
    if (!canWrite || column.kind !== "run") return cell;
    return (
      <EditableCell row={row} column={column} tabIndex={tabIndex} editing={editing} onEdit={onEdit}>
        {cell}
      </EditableCell>
    );
  };
  return (
    <tr
      ref={element}
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      tabIndex={tabIndex}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      onFocus={() => rest.onFocus(index)}
      onKeyDown={(event) => rest.onKeyDown(event, index)}
    >
      <td className={cx(styles.cell, styles.name)} style={{ width: name.width }} aria-colindex={1}>
        {row && (
          <input
            type="checkbox"
            tabIndex={tabIndex}
            aria-label={t("bulk.choose", { title: row.title })}
            checked={chosen}
            onChange={() => selection.toggle(row.id)}
          />
        )}
        {content(name)}
      </td>
      {cells.map(({ column, start, at, numeric }) => (
        <td
          key={column.id}
          className={cx(styles.cell, numeric && styles.numeric)}
          style={{ left: start, width: column.width }}
          aria-colindex={at}
        >
          {content(column)}
        </td>
      ))}
    </tr>
  );
}
