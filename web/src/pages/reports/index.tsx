import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import {
  isReport,
  isWorkspace,
  reportIdOf,
  reportSlug,
  viewQuery,
  viewsQuery,
  workspaceLinkId,
} from "@/domains/reports/queries";
import { ReportBlocks } from "@/domains/reports/report-blocks";
import styles from "@/domains/reports/reports.module.css";
import { readReport } from "@/domains/reports/spec";
import { ViewTable } from "@/domains/reports/view-table";
import { isAbsent } from "@/lib/failure";
import { projectPath, readName, reportPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";

/** The reports and saved workspaces of a project, or the report that the address names. */
export default function ReportsPage() {
  const params = useParams();
  const [entity, project] = [readName(params.entity), readName(params.project)];
  const slug = params["*"] ?? "";
  return slug ? (
    <Report entity={entity} project={project} slug={slug} />
  ) : (
    <Reports entity={entity} project={project} />
  );
}

interface Place {
  entity: string;
  project: string;
}

function Reports({ entity, project }: Place) {
  const { t } = useTranslation();
  useTitle(t("reports.title"), project);
  const { data, error, refetch } = useQuery(viewsQuery(entity, project));
  const reports = data?.views.filter(isReport) ?? [];
  const workspaces = data?.views.filter(isWorkspace) ?? [];
  if (!data)
    return (
      <Page title={t("reports.title")} nested>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />}
      </Page>
    );
  return (
    <Page title={t("reports.title")} nested>
      {reports.length === 0 ? (
        <EmptyState title={t("reports.none")}>{t("reports.noneText")}</EmptyState>
      ) : (
        <ViewTable
          label={t("reports.title")}
          views={reports}
          addressOf={(view) => reportPath(entity, project, reportSlug(view))}
        />
      )}
      {workspaces.length > 0 && (
        <section className={styles.section}>
          <h2>{t("reports.workspaces")}</h2>
          <ViewTable
            label={t("reports.workspaces")}
            views={workspaces}
            addressOf={({ name }) => `${projectPath(entity, project)}?nw=${encodeURIComponent(workspaceLinkId(name))}`}
          />
        </section>
      )}
    </Page>
  );
}

function Report({ entity, project, slug }: Place & { slug: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(viewQuery(entity, project, reportIdOf(slug)));
  useTitle(data?.title, t("reports.title"), project);
  const back = (look: string) => (
    <Link to={projectPath(entity, project, "reports")} className={look}>
      {t("reports.all")}
    </Link>
  );
  if (isAbsent(error))
    return (
      <Page title={t("reports.title")} nested>
        <EmptyState title={t("reports.absent")} action={back(buttonClass())}>
          {t("reports.absentText")}
        </EmptyState>
      </Page>
    );
  if (!data)
    return (
      <Page title={t("reports.title")} nested>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />}
      </Page>
    );
  const blocks = readReport(data.spec);
  return (
    <Page title={data.title || t("reports.untitled")} actions={back(buttonClass({ size: "small" }))} nested>
      <p className={styles.byline}>
        {data.author && `${data.author} · `}
        <RelativeTime at={data.updatedAt} />
        {data.description && ` · ${data.description}`}
      </p>
      {blocks ? <ReportBlocks blocks={blocks} /> : <EmptyState title={t("reports.unreadable")} />}
    </Page>
  );
}
