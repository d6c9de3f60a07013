import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CellKind, TableCondition, TableSelection, TableShape, TableSource, TableSummary } from "@/api/contract";
import { exactNumber, formatCount, formatInteger, formatNumber } from "@/lib/number";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { IconButton } from "@/ui/icon-button";
import { SkeletonRows } from "@/ui/skeleton";
import { cellText, exactText } from "./cell-value";
import styles from "./column-summary.module.css";
import { isMaking, summaryQuery } from "./queries";

interface SummaryProps {
  source: TableSource;
  shape: TableShape;
  number: number;
  selection: TableSelection;
  onFilter: (conditions: TableCondition[]) => void;
  onClose: () => void;
}

const VALUES = 50;
const KINDS: CellKind[] = ["number", "text", "boolean", "json", "media", "null"];

/** What a column holds in the rows that match: kinds, bars of its numbers, and its values with their counts, each a filter. */
export function ColumnSummary({ source, shape, number, selection, onFilter, onClose }: SummaryProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(summaryQuery(source, number, selection, VALUES));
  const name = shape.columns[number]?.name ?? "";
  const summary = data && !isMaking(data) ? data : null;
  return (
    <aside className={styles.pane} aria-label={t("tables.summaryOf", { name })}>
      <header className={styles.head}>
        <h3>{name === "" ? t("tables.unnamed") : name}</h3>
        <IconButton label={t("common.close")} icon={<X aria-hidden />} tooltip={false} onClick={onClose} />
      </header>
      {!summary && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={6} />)}
      {summary && (
        <>
          <dl className={styles.kinds}>
            {KINDS.filter((kind) => summary.kinds[kind]).map((kind) => (
              <div key={kind}>
                <dt>{t(`tables.kinds.${kind}`)}</dt>
                <dd>{formatInteger(summary.kinds[kind] ?? 0)}</dd>
              </div>
            ))}
            {summary.nan > 0 && (
              <div>
                <dt>NaN</dt>
                <dd>{formatInteger(summary.nan)}</dd>
              </div>
            )}
            <div>
              <dt>{t("tables.distinct")}</dt>
              <dd>{summary.distinct === null ? t("tables.nearlyAll") : formatInteger(summary.distinct)}</dd>
            </div>
            {summary.mean !== null && (
              <div>
                <dt>{t("tables.mean")}</dt>
                <dd title={exactNumber(summary.mean)}>{formatNumber(summary.mean)}</dd>
              </div>
            )}
          </dl>
          {summary.bins && <Bins bins={summary.bins} number={number} onFilter={onFilter} />}
          <Values summary={summary} shape={shape} number={number} onFilter={onFilter} />
        </>
      )}
    </aside>
  );
}

interface PartProps {
  number: number;
  onFilter: (conditions: TableCondition[]) => void;
}

/** Numbers by size; a bar keeps the rows of its range. */
function Bins({ bins: { edges, counts }, number, onFilter }: PartProps & { bins: NonNullable<TableSummary["bins"]> }) {
  const { t } = useTranslation();
  const most = Math.max(...counts, 1);
  return (
    <div className={styles.bins}>
      <div className={styles.bars}>
        {counts.map((count, at) => {
          const [from, to] = [edges[at] as number, edges[at + 1] as number];
          const label = t("tables.range", { from: formatNumber(from), to: formatNumber(to), count });
          const last = at === counts.length - 1;
          return (
            <button
              key={at}
              type="button"
              className={styles.bar}
              title={label}
              aria-label={label}
              disabled={count === 0}
              onClick={() =>
                onFilter([
                  { column: number, operator: ">=", value: exactNumber(from) },
                  { column: number, operator: last ? "<=" : "<", value: exactNumber(to) },
                ])
              }
            >
              <span style={{ height: `${Math.max((count / most) * 100, count > 0 ? 2 : 0)}%` }} />
            </button>
          );
        })}
      </div>
      <div className={styles.axis}>
        <span>{formatNumber(edges[0] ?? 0)}</span>
        <span>{formatNumber(edges.at(-1) ?? 0)}</span>
      </div>
    </div>
  );
}

/** The most frequent values; a click keeps the rows that have it. */
function Values({ summary, shape, number, onFilter }: PartProps & { summary: TableSummary; shape: TableShape }) {
  const { t } = useTranslation();
  const column = shape.columns[number];
  const most = summary.values[0]?.count ?? 1;
  // numbers of which each is there once say nothing
  if (!column || (summary.bins && most === 1)) return null;
  return (
    <ul className={styles.values}>
      {summary.values.map(({ value, count }, at) => (
        <li key={at}>
          <button
            type="button"
            className={styles.value}
            title={t("tables.keepValue", { value: exactText(value, column) })}
            onClick={() =>
              onFilter([
                {
                  column: number,
                  operator: "=",
                  value: typeof value === "number" ? exactNumber(value) : exactText(value, column),
                },
              ])
            }
          >
            <span className={styles.share} style={{ width: `${(count / most) * 100}%` }} />
            <span className={styles.word}>{value === "" ? t("tables.emptyText") : cellText(value, column)}</span>
            <span className={styles.count}>{formatCount(count)}</span>
          </button>
        </li>
      ))}
      {summary.distinct !== null && summary.distinct > summary.values.length && (
        <li className={styles.rest}>{t("tables.moreValues", { count: summary.distinct - summary.values.length })}</li>
      )}
      {summary.kinds.null !== undefined && (
        <li>
          <Button size="small" look="quiet" onClick={() => onFilter([{ column: number, operator: "empty" }])}>
            {t("tables.keepEmpty")}
          </Button>
        </li>
      )}
    </ul>
  );
}
