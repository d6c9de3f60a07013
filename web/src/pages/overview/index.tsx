import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { Project } from "@/api/contract";
import { useIsVisitor } from "@/domains/accounts/session";
import { projectQuery } from "@/domains/projects/queries";
import { VisibilityBadge } from "@/domains/projects/visibility";
import { formatBytes, formatInteger } from "@/lib/number";
import { entityPath, projectPath, readName } from "@/lib/paths";
import { formatDuration } from "@/lib/time";
import { useTitle } from "@/lib/title";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { Description } from "./description";
import styles from "./overview.module.css";
import { ProjectSettings } from "./project-settings";

/** What a project is: description and figures, and for writers its settings. */
export default function OverviewPage() {
  const { t } = useTranslation();
  const params = useParams();
  const [entity, name] = [readName(params.entity), readName(params.project)];
  useTitle(t("projects.overview.title"), name);
  const { data: project, error, refetch } = useQuery(projectQuery(entity, name));
  return (
    <Page title={name} aside={project && <VisibilityBadge visibility={project.visibility} />} nested>
      {!project && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {project && (
        <>
          <Description project={project} />
          <Facts project={project} />
          {project.canWrite && <ProjectSettings project={project} />}
        </>
      )}
    </Page>
  );
}

type Fact = [label: string, value: ReactNode];

function Facts({ project }: { project: Project }) {
  const { t } = useTranslation();
  const isVisitor = useIsVisitor();
  const runs = (
    <Link to={projectPath(project.entity, project.name, "table")}>
      {formatInteger(project.runCount)}
      {project.runningCount > 0 && ` · ${t("projects.list.running", { count: project.runningCount })}`}
    </Link>
  );
  const trash: Fact = [
    t("bulk.trash.title"),
    <Link key="trash" to={projectPath(project.entity, project.name, "trash")}>
      {t("projects.overview.openTrash")}
    </Link>,
  ];
  const facts: Fact[] = [
    [t("projects.overview.runs"), runs],
    [
      t("projects.overview.compute"),
      project.computeSeconds > 0 ? formatDuration(project.computeSeconds) : t("common.none"),
    ],
    [
      t("projects.overview.storage"),
      isVisitor ? (
        formatBytes(project.storageBytes)
      ) : (
        <Link key="storage" to={projectPath(project.entity, project.name, "storage")}>
          {formatBytes(project.storageBytes)}
        </Link>
      ),
    ],
    ...(isVisitor ? [] : [trash]),
    [t("projects.overview.active"), <RelativeTime key="active" at={project.lastActiveAt} empty={t("common.never")} />],
    [
      t("projects.overview.owner"),
      isVisitor ? (
        project.entity
      ) : (
        <Link key="owner" to={entityPath(project.entity)}>
          {project.entity}
        </Link>
      ),
    ],
    [
      t("projects.overview.createdAt"),
      <span key="created">
        <RelativeTime at={project.createdAt} />
        {project.createdBy && ` ${t("projects.overview.createdBy", { name: project.createdBy })}`}
      </span>,
    ],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([label, value]) => (
        <div key={label} className={styles.fact}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
