import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { RunDetail } from "@/api/contract";
import { RunAlerts } from "@/domains/alerts/run-alerts";
import { FileBrowser } from "@/domains/runs/files/file-browser";
import { LogView } from "@/domains/runs/logs/log-view";
import { RunOverview } from "@/domains/runs/overview/run-overview";
import { runDetailQuery } from "@/domains/runs/queries";
import { RunArtifacts } from "@/domains/runs/run-artifacts";
import { RunHeader } from "@/domains/runs/run-header";
import { SystemCharts } from "@/domains/workspace/system-charts";
import { isAbsent } from "@/lib/failure";
import { readName, runPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import NotFoundPage from "@/pages/not-found";
import { ErrorBoundary } from "@/ui/error-boundary";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { LinkTabs } from "@/ui/tabs";
import styles from "./run.module.css";
import { RunCharts } from "./run-charts";

const TABS = ["workspace", "overview", "logs", "files", "artifacts", "system"] as const;
type TabName = (typeof TABS)[number];

/** One run: what it logged, printed, saved, used, and the machine it ran on. */
export default function RunPage() {
  const params = useParams();
  const [entity, project, id] = [readName(params.entity), readName(params.project), params.run ?? ""];
  const { data: run, error, refetch } = useQuery(runDetailQuery(entity, project, id));
  const { t } = useTranslation();
  const tab = tabOf(params.tab, run);
  const word = run && t(`common.state.${run.state}`);
  useTitle(word && `${run.title} (${word})`, project);
  if (isAbsent(error) || tab === null) return <NotFoundPage />;
  if (!run)
    return (
      <div className={styles.wait}>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={10} />}
      </div>
    );
  return (
    <div className={styles.page}>
      <RunHeader run={run} />
      <div className={styles.tabs}>
        <LinkTabs
          label={t("runs.tabs.label")}
          tabs={TABS.map((name) => tabLink(run, name, tab, t(`runs.tabs.${name}`)))}
        />
      </div>
      <div className={styles.body}>
        <ErrorBoundary resetKey={tab}>
          <TabContent run={run} tab={tab} path={params["*"] ?? ""} />
        </ErrorBoundary>
      </div>
    </div>
  );
}

function TabContent({ run, tab, path }: { run: RunDetail; tab: TabName; path: string }) {
  switch (tab) {
    case "workspace":
      return <RunCharts run={run} />;
    case "overview":
      return (
        <>
          <RunAlerts run={run} />
          <RunOverview run={run} />
        </>
      );
    case "logs":
      return <LogView run={run} />;
    case "files":
      return <FileBrowser run={run} path={path} />;
    case "artifacts":
      return <RunArtifacts run={run} />;
    case "system":
      return <SystemCharts run={run} />;
  }
}

/** The tab of the address; without one the charts, or the overview of a run that has none. Null: no such tab. */
function tabOf(name: string | undefined, run: RunDetail | undefined): TabName | null {
  if (name === undefined) return run?.historyLineCount === 0 && run.state !== "running" ? "overview" : "workspace";
  if (name === "charts") return "workspace";
  return TABS.find((tab) => tab === name) ?? null;
}

const tabLink = (run: RunDetail, name: TabName, now: TabName, label: string) => ({
  to: runPath(run.entity, run.project, run.id, name),
  label,
  here: name === now,
});
