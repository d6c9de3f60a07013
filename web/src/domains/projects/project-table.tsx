import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Project } from "@/api/contract";
import { formatBytes, formatInteger } from "@/lib/number";
import { projectPath } from "@/lib/paths";
import { formatDuration } from "@/lib/time";
import { RelativeTime } from "@/ui/relative-time";
import { Head, Num, Table } from "@/ui/table";
import styles from "./project-table.module.css";
import type { ProjectSort } from "./sort";
import { VisibilityBadge } from "./visibility";

interface ProjectTableProps {
  projects: readonly Project[];
  /** on pages that mix owners */
  withOwner?: boolean;
  sort?: ProjectSort;
  onSort?: (sort: ProjectSort) => void;
}

/** Projects with their counts; the heads sort when told how. */
export function ProjectTable({ projects, withOwner = false, sort, onSort }: ProjectTableProps) {
  const { t } = useTranslation();
  const sorting = (by: ProjectSort, direction: "ascending" | "descending") =>
    onSort ? { sort: sort === by ? direction : ("none" as const), onSort: () => onSort(by) } : {};
  return (
    <Table label={t("projects.list.title")}>
      <thead>
        <tr>
          <Head {...sorting("name", "ascending")}>{t("projects.list.name")}</Head>
          {withOwner && <Head>{t("projects.list.owner")}</Head>}
          <Head>{t("projects.list.visibility")}</Head>
          <Head numeric {...sorting("runs", "descending")}>
            {t("projects.list.runs")}
          </Head>
          <Head numeric className={styles.roomy}>
            {t("projects.list.compute")}
          </Head>
          <Head numeric className={styles.roomy}>
            {t("projects.list.storage")}
          </Head>
          <Head {...sorting("active", "descending")}>{t("projects.list.active")}</Head>
        </tr>
      </thead>
      <tbody>
        {projects.map((project) => (
          <tr key={`${project.entity}/${project.name}`}>
            <td className={styles.name}>
              <Link to={projectPath(project.entity, project.name)}>{project.name}</Link>
              {project.runningCount > 0 && (
                <span className={styles.running}>{t("projects.list.running", { count: project.runningCount })}</span>
              )}
            </td>
            {withOwner && <td className={styles.muted}>{project.entity}</td>}
            <td>
              <VisibilityBadge visibility={project.visibility} />
            </td>
            <Num>{formatInteger(project.runCount)}</Num>
            <Num className={styles.roomy}>
              {project.computeSeconds > 0 ? formatDuration(project.computeSeconds) : t("common.none")}
            </Num>
            <Num className={styles.roomy}>{formatBytes(project.storageBytes)}</Num>
            <td>
              <RelativeTime at={project.lastActiveAt ?? project.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
