import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLiveSeries } from "@/domains/history/use-series";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Skeleton } from "@/ui/skeleton";
import type { Choose, WorkspaceChoices } from "./choices";
import type { DrawnRun } from "./line-view";
import { PanelGrid } from "./panel-grid";
import styles from "./panels-area.module.css";
import { autoSections, finderOf, searchSections } from "./sections";
import { Toolbar } from "./toolbar";
import { useMetrics } from "./use-workspace";

interface PanelsAreaProps {
  entity: string;
  project: string;
  runs: readonly DrawnRun[];
  /** the list of runs is on its way, so that no run is no news yet */
  pending: boolean;
  /** the list of runs could not be read, which is told where it stands */
  failed?: boolean;
  choices: WorkspaceChoices;
  choose: Choose;
  /** said instead of panels when the runs have logged nothing */
  empty: { title: string; text: string };
  /** at the start of the toolbar */
  children?: React.ReactNode;
}

/** Everything the runs have logged, a panel per key, with search and settings above. Scrolls by itself. */
export function PanelsArea(props: PanelsAreaProps) {
  const { entity, project, runs, choices, choose, children } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState({ text: "", regex: false });
  const ids = useMemo(() => runs.map(({ id }) => id).sort(), [runs]);
  const metrics = useMetrics(entity, project, ids);
  useLiveSeries(entity, project);
  const sections = useMemo(() => autoSections(metrics.data ?? []), [metrics.data]);
  const finder = useMemo(() => finderOf(search.text, search.regex), [search]);
  const found = useMemo(() => searchSections(sections, finder.finds), [sections, finder]);
  return (
    <div className={styles.area}>
      <Toolbar
        search={search}
        onSearch={setSearch}
        invalid={finder.invalid}
        found={found.reduce((sum, { panels }) => sum + panels.length, 0)}
        choices={choices}
        choose={choose}
      >
        {children}
      </Toolbar>
      <div ref={scroller} className={styles.scroller}>
        {found.length > 0 && runs.length > 0 ? (
          <PanelGrid
            sections={found}
            runs={runs}
            choices={choices}
            choose={choose}
            searching={search.text !== ""}
            scroller={scroller}
          />
        ) : (
          <Instead {...props} metrics={metrics} searched={sections.length > 0} />
        )}
      </div>
    </div>
  );
}

interface InsteadProps extends PanelsAreaProps {
  metrics: ReturnType<typeof useMetrics>;
  searched: boolean;
}

/** What stands where panels would, and why. */
function Instead({ runs, pending, failed = false, metrics, searched, empty }: InsteadProps) {
  const { t } = useTranslation();
  if (failed) return null;
  if (pending || (runs.length > 0 && metrics.isPending)) return <SkeletonPanels />;
  if (runs.length === 0) return <p className={styles.note}>{t("workspace.panels.noneVisible")}</p>;
  if (metrics.error) return <ErrorState error={metrics.error} onRetry={() => void metrics.refetch()} />;
  if (searched) return <p className={styles.note}>{t("workspace.panels.noneFound")}</p>;
  return <EmptyState title={empty.title}>{empty.text}</EmptyState>;
}

const SkeletonPanels = () => (
  <div className={styles.skeletons} aria-hidden>
    {Array.from({ length: 6 }, (_, index) => (
      <Skeleton key={index} height={260} />
    ))}
  </div>
);
