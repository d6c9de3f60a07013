import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { TableCell, TableColumn, TableShape, TableSource } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { CopyButton } from "@/ui/copy-button";
import { ErrorState } from "@/ui/error-state";
import { IconButton } from "@/ui/icon-button";
import { SkeletonRows } from "@/ui/skeleton";
import { exactText, isSpecial, parsed } from "./cell-value";
import { MediaCell } from "./media-cell";
import { isMaking, rowQuery } from "./queries";
import styles from "./row-pane.module.css";

interface RowPaneProps {
  source: TableSource;
  shape: TableShape;
  row: number;
  onRow: (row: number) => void;
  onClose: () => void;
}

// of a row of thousands of cells the first ones
const SHOWN = 500;

/** One row with every cell whole, and the rows before and after it in the table. */
export function RowPane({ source, shape, row, onRow, onClose }: RowPaneProps) {
  const { t } = useTranslation();
  const pane = useRef<HTMLElement>(null);
  const { data, error, refetch } = useQuery(rowQuery(source, row));
  const answer = data && !isMaking(data) ? data : null;
  const cells = answer?.rows[0]?.cells;
  useEffect(() => pane.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    if (event.target !== pane.current) return;
    const next = { ArrowUp: row - 1, ArrowDown: row + 1 }[event.key];
    if (next === undefined || next < 0 || next >= shape.rows) return;
    event.preventDefault();
    onRow(next);
  };
  return (
    <aside
      ref={pane}
      className={styles.pane}
      aria-label={t("tables.rowLabel", { row: formatInteger(row) })}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <header className={styles.head}>
        <h3>{t("tables.rowLabel", { row: formatInteger(row) })}</h3>
        <IconButton
          label={t("tables.previousRow")}
          icon={<ChevronUp aria-hidden />}
          disabled={row === 0}
          onClick={() => onRow(row - 1)}
        />
        <IconButton
          label={t("tables.nextRow")}
          icon={<ChevronDown aria-hidden />}
          disabled={row >= shape.rows - 1}
          onClick={() => onRow(row + 1)}
        />
        {cells && <CopyButton text={rowJson(cells, shape.columns)} name={t("tables.copyRow")} />}
        <IconButton label={t("common.close")} icon={<X aria-hidden />} tooltip={false} onClick={onClose} />
      </header>
      {!cells && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={6} />)}
      {cells && answer && (
        <dl className={styles.cells}>
          {cells.slice(0, SHOWN).map((cell, at) => {
            const column = shape.columns[at];
            return (
              column && (
                <div key={at}>
                  <dt title={column.name}>{column.name === "" ? t("tables.unnamed") : column.name}</dt>
                  <dd>
                    <Whole cell={cell} column={column} urls={answer.urls} />
                  </dd>
                </div>
              )
            );
          })}
        </dl>
      )}
      {cells && cells.length > SHOWN && (
        <p className={styles.more}>{t("common.firstOf", { shown: SHOWN, count: cells.length })}</p>
      )}
    </aside>
  );
}

function Whole({
  cell,
  column,
  urls,
}: {
  cell: TableCell;
  column: TableColumn;
  urls: Readonly<Record<string, string>>;
}) {
  const { t } = useTranslation();
  if (cell === null) return <span className={styles.null}>{t("tables.null")}</span>;
  if (isSpecial(cell) && cell.kind === "media")
    return (
      <>
        <MediaCell value={cell.value} urls={urls} whole />
        <details className={styles.raw}>
          <summary>{String(cell.value._type)}</summary>
          <pre>{JSON.stringify(cell.value, null, 2)}</pre>
        </details>
      </>
    );
  if (isSpecial(cell) && cell.kind === "json") {
    const value = parsed(cell.text);
    return <pre>{value === undefined ? cell.text : JSON.stringify(value, null, 1)}</pre>;
  }
  return <span className={styles.text}>{exactText(cell, column)}</span>;
}

/** The row as JSON: pairs where names repeat would lose one another, so it is an object only where they do not. */
function rowJson(cells: readonly TableCell[], columns: readonly TableColumn[]): string {
  const text = (cell: TableCell): string => {
    if (!isSpecial(cell)) return JSON.stringify(cell);
    return cell.kind === "media"
      ? JSON.stringify(cell.value)
      : cell.kind === "text"
        ? JSON.stringify(cell.text)
        : cell.text;
  };
  const names = columns.map(({ name }) => name);
  if (new Set(names).size < names.length) return `[${cells.map(text).join(", ")}]`;
  return `{${cells.map((cell, at) => `${JSON.stringify(names[at])}: ${text(cell)}`).join(", ")}}`;
}
