import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useUser } from "@/domains/accounts/session";
import { CreateProjectButton } from "@/domains/projects/create-project";
import { ProjectTable } from "@/domains/projects/project-table";
import { homeQuery } from "@/domains/projects/queries";
import { sortProjects } from "@/domains/projects/sort";
import { RecentRuns } from "@/domains/runs/recent-runs";
import { entityProjectsPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { FirstRun } from "./first-run";
import styles from "./home.module.css";

const RUNS_SHOWN = 12;
const PROJECTS_SHOWN = 12;
// someone is waiting for the very first run: look often; later now and then
const WAITING_MS = 2_000;
const RESTING_MS = 15_000;

/** What one comes back to: recent runs and projects. Before the first run: how to log it. */
export default function HomePage() {
  const { t } = useTranslation();
  useTitle(t("home.title"));
  const user = useUser();
  const { data, error, refetch } = useQuery({
    ...homeQuery,
    refetchInterval: ({ state }) => (state.data && state.data.runs.length === 0 ? WAITING_MS : RESTING_MS),
  });
  return (
    <Page title={t("home.title")} actions={<CreateProjectButton look="plain" />}>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />)}
      {data &&
        (data.runs.length === 0 ? (
          <FirstRun />
        ) : (
          <section className={styles.section}>
            <h2>{t("home.continue")}</h2>
            <RecentRuns runs={data.runs.slice(0, RUNS_SHOWN)} />
          </section>
        ))}
      {data && data.projects.length > 0 && (
        <section className={styles.section}>
          <h2>{t("home.projects")}</h2>
          <ProjectTable projects={sortProjects(data.projects, "active").slice(0, PROJECTS_SHOWN)} withOwner />
          <p>
            <Link to={entityProjectsPath(user.entity)}>{t("home.allProjects", { entity: user.entity })}</Link>
          </p>
        </section>
      )}
    </Page>
  );
}
