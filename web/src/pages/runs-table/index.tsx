import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { projectQuery } from "@/domains/projects/queries";
import { BulkBar } from "@/domains/runs/bulk/bulk-bar";
import { useSelection } from "@/domains/runs/bulk/selection";
import { ColumnChooser } from "@/domains/runs/table/column-chooser";
import { ExportButton } from "@/domains/runs/table/export-button";
import { FilterBuilder } from "@/domains/runs/table/filter-builder";
import { RunGrid } from "@/domains/runs/table/run-grid";
import { useRunCounts } from "@/domains/runs/table/use-run-window";
import { useTableView } from "@/domains/runs/table/use-table-view";
import { HowToLog } from "@/domains/workspace/how-to-log";
import { formatInteger } from "@/lib/number";
import { readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Input } from "@/ui/field";
import { useShortcut } from "@/ui/shortcuts";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./runs-table.module.css";

/** All runs of a project in a table: any column, any order, filters, and a file to take away. */
export default function RunsTablePage() {
  const { t } = useTranslation();
  const params = useParams();
  const [entity, project] = [readName(params.entity), readName(params.project)];
  useTitle(t("runs.table.title"), project);
  const view = useTableView(entity, project);
  const { data, error, refetch } = useRunCounts(entity, project, view.query);
  const canWrite = useQuery(projectQuery(entity, project)).data?.canWrite ?? false;
  const selection = useSelection();
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", t("runs.table.find"), () => input.current?.focus());
  if (data?.total === 0) return <HowToLog entity={entity} project={project} />;
  return (
    <div className={styles.page}>
      <div className={styles.tools}>
        <h1 className={styles.title}>{t("runs.table.title")}</h1>
        <Input
          ref={input}
          type="search"
          className={styles.search ?? ""}
          value={view.search}
          placeholder={t("runs.table.find")}
          aria-label={t("runs.table.find")}
          onChange={(event) => view.setSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            view.setSearch("");
            event.currentTarget.blur();
          }}
        />
        <FilterBuilder view={view} />
        <span className={styles.count} role="status">
          {data && <Count matched={data.matched} total={data.total} />}
        </span>
        <div className={styles.end}>
          <ColumnChooser view={view} />
          <ExportButton entity={entity} project={project} view={view} />
        </div>
      </div>
      {error && (
        <div className={styles.around}>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </div>
      )}
      {!data && !error && (
        <div className={styles.around}>
          <SkeletonRows rows={14} />
        </div>
      )}
      <BulkBar entity={entity} project={project} view={view} matched={data?.matched ?? 0} selection={selection} />
      {data && data.matched > 0 && (
        <RunGrid
          entity={entity}
          project={project}
          view={view}
          count={data.matched}
          selection={selection}
          canWrite={canWrite}
        />
      )}
      {data?.matched === 0 && !error && (
        <div className={styles.around}>
          <EmptyState title={t("runs.table.noMatch")}>{t("runs.table.noMatchText")}</EmptyState>
        </div>
      )}
    </div>
  );
}

function Count({ matched, total }: { matched: number; total: number }) {
  const { t } = useTranslation();
  if (matched === total) return t("runs.table.count", { count: total });
  return t("runs.table.matched", { matched: formatInteger(matched), total: formatInteger(total) });
}
