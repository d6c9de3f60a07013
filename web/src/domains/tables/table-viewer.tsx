import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TableCondition, TableMaking, TableShape, TableSource } from "@/api/contract";
import { isAbsent } from "@/lib/failure";
import { formatBytes } from "@/lib/number";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { ColumnSummary } from "./column-summary";
import { isMaking, shapeQuery } from "./queries";
import { RowPane } from "./row-pane";
import { TableGrid } from "./table-grid";
import { placesBeside, TablePlace } from "./table-place";
import { shownColumns, toggleSort } from "./table-state";
import { TableTools } from "./table-tools";
import styles from "./table-viewer.module.css";
import { useMatched } from "./use-table-cells";
import { useTableState } from "./use-table-state";
import { firstSize } from "./widths";

export interface TableViewerProps {
  source: TableSource;
  /** shown when the first is not there: of a logged table the file of the run, when its artifact is gone */
  otherwise?: TableSource | undefined;
  /** a tile among others: keeps its state to itself, and leaves out what has no room */
  compact?: boolean;
}

/** A logged table of any length: sorted, filtered, searched and paged through on the server. Fills its box. */
export function TableViewer({ source, otherwise, compact = false }: TableViewerProps) {
  const { data, error, refetch } = useQuery(shapeQuery(source));
  const places = useMemo(() => placesBeside(source), [source]);
  if (otherwise && isAbsent(error)) return <TableViewer source={otherwise} compact={compact} />;
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />;
  if (isMaking(data)) return <Making {...data} />;
  return (
    <TablePlace.Provider value={places}>
      <Ready source={source} shape={data} compact={compact} />
    </TablePlace.Provider>
  );
}

/** How far a large table is. It is prepared once, on the server, and goes on when one leaves. */
function Making({ doneBytes, totalBytes }: TableMaking) {
  const { t } = useTranslation();
  return (
    <div className={styles.making} role="status">
      <p>{t("tables.making")}</p>
      <progress max={Math.max(totalBytes, 1)} value={doneBytes} aria-label={t("tables.making")} />
      <p className={styles.note}>
        {t("tables.makingText", { done: formatBytes(doneBytes), total: formatBytes(totalBytes) })}
      </p>
    </div>
  );
}

function Ready({ source, shape, compact }: { source: TableSource; shape: TableShape; compact: boolean }) {
  const { t } = useTranslation();
  const [state, change] = useTableState(compact);
  const [filtering, setFiltering] = useState(state.filter.length > 0);
  const [full, setFull] = useState(false);
  const [summarized, setSummarized] = useState<number | null>(null);
  const width = shape.columns.length;
  const { columns, pinnedCount } = useMemo(() => shownColumns(width, state), [width, state]);
  const { search, filter, sort } = useMemo(() => usable(state, width), [state, width]);
  const size = state.size ?? (compact ? "small" : firstSize(shape.columns));
  const { matched, error, refetch, busy } = useMatched(source, { search, filter, sort });
  const setFilter = (next: readonly TableCondition[]) => change({ filter: next, at: 0 });
  const keep = (conditions: TableCondition[]) => {
    setFiltering(true);
    setFilter([...filter.filter(({ column }) => column !== conditions[0]?.column), ...conditions]);
  };
  if (width === 0 || shape.rows === 0)
    return <EmptyState title={t("tables.none")}>{t(width === 0 ? "tables.noColumns" : "tables.noneText")}</EmptyState>;
  return (
    <div className={styles.viewer} data-full={full || undefined}>
      <TableTools
        source={source}
        shape={shape}
        state={{ ...state, search, filter, sort }}
        size={size}
        columns={columns}
        matched={matched}
        busy={busy}
        filtering={filtering}
        onFiltering={setFiltering}
        change={change}
        compact={compact}
        full={full}
        onFull={setFull}
      />
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      <div className={styles.main} data-empty={matched === 0 || undefined}>
        {matched === undefined && error === null && <SkeletonRows rows={8} />}
        {matched !== undefined && (
          <TableGrid
            // another question begins at its first line
            key={JSON.stringify([search, filter, sort, size])}
            source={source}
            shape={shape}
            state={{ ...state, search, filter, sort, size }}
            columns={columns}
            pinnedCount={pinnedCount}
            matched={matched}
            filtering={filtering}
            onFilter={setFilter}
            onRow={(row) => change({ row })}
            onAt={(at) => at !== state.at && change({ at })}
            actions={{
              onSort: (column, more) => change({ sort: toggleSort(sort, column, more), at: 0 }),
              onOrder: (column, descending) => change({ sort: [{ column, descending }], at: 0 }),
              onHide: (column) => change({ hidden: [...state.hidden, column] }),
              onPin: (column) =>
                change({
                  pinned: state.pinned.includes(column)
                    ? state.pinned.filter((one) => one !== column)
                    : [...state.pinned, column],
                }),
              onSummary: setSummarized,
            }}
          />
        )}
        {summarized !== null && (
          <ColumnSummary
            key={summarized}
            source={source}
            shape={shape}
            number={summarized}
            selection={{ search, filter: [...filter] }}
            onFilter={keep}
            onClose={() => setSummarized(null)}
          />
        )}
        {state.row !== null && state.row < shape.rows && (
          <RowPane
            source={source}
            shape={shape}
            row={state.row}
            onRow={(row) => change({ row })}
            onClose={() => change({ row: null })}
          />
        )}
      </div>
      {matched === 0 && (
        <EmptyState
          title={t("tables.noMatch")}
          action={<Button onClick={() => change({ search: "", filter: [], at: 0 })}>{t("tables.showAll")}</Button>}
        >
          {t("tables.noMatchText")}
        </EmptyState>
      )}
    </div>
  );
}

/** The question of an address, without what this table has no columns for. */
function usable<T extends Pick<ReturnType<typeof useTableState>[0], "search" | "filter" | "sort">>(
  { search, filter, sort }: T,
  width: number,
) {
  return {
    search,
    filter: filter.filter(({ column, other }) => column < width && (other ?? 0) < width),
    sort: sort.filter(({ column }) => column < width),
  };
}
