import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { CreateProjectButton } from "@/domains/projects/create-project";
import { NoProjects } from "@/domains/projects/no-projects";
import { ProjectTable } from "@/domains/projects/project-table";
import { entityQuery } from "@/domains/projects/queries";
import { sortProjects } from "@/domains/projects/sort";
import { isAbsent } from "@/lib/failure";
import { entityProjectsPath, entityStoragePath, organizationPath, readName, teamPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { Badge } from "@/ui/badge";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import NotFoundPage from "../not-found";
import styles from "./entity.module.css";

const SHOWN = 10;

/** A user or a team: what it is and what it worked on last. */
export default function EntityPage() {
  const { t } = useTranslation();
  const name = readName(useParams().entity);
  useTitle(name);
  const { data, error, refetch } = useQuery(entityQuery(name));
  if (isAbsent(error)) return <NotFoundPage />;
  return (
    <Page
      title={name}
      aside={
        data && (
          <>
            <Badge>{t(`shell.kind.${data.entity.kind}`)}</Badge>{" "}
            {data.entity.kind === "team" && <Link to={teamPath(name)}>{t("accounts.team.people")}</Link>}
            {data.entity.kind === "organization" && <Link to={organizationPath(name)}>{t("organizations.link")}</Link>}
          </>
        )
      }
      actions={data && data.projects.length > 0 && <CreateProjectButton entity={name} look="plain" />}
    >
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && data.projects.length === 0 && <NoProjects entity={data.entity} />}
      {data && data.projects.length > 0 && (
        <section className={styles.section}>
          <h2>{t("projects.list.title")}</h2>
          <ProjectTable projects={sortProjects(data.projects, "active").slice(0, SHOWN)} />
          <p className={styles.links}>
            <Link to={entityProjectsPath(name)}>{t("projects.list.all", { count: data.projects.length })}</Link>
            <Link to={entityStoragePath(name)}>{t("storage.link")}</Link>
          </p>
        </section>
      )}
    </Page>
  );
}
