import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { CreateProjectButton } from "@/domains/projects/create-project";
import { NoProjects } from "@/domains/projects/no-projects";
import { ProjectTable } from "@/domains/projects/project-table";
import { entityQuery } from "@/domains/projects/queries";
import { isProjectSort, type ProjectSort, sortProjects } from "@/domains/projects/sort";
import { isAbsent } from "@/lib/failure";
import { readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Input, Select } from "@/ui/field";
import { Page } from "@/ui/page";
import { hasWords } from "@/ui/picker";
import { SkeletonRows } from "@/ui/skeleton";
import NotFoundPage from "../not-found";
import styles from "./projects.module.css";

/** All projects of a user or team; search and order are in the address. */
export default function ProjectsPage() {
  const { t } = useTranslation();
  const entity = readName(useParams().entity);
  useTitle(t("projects.list.title"), entity);
  const [params, setParams] = useSearchParams();
  const query = params.get("q") ?? "";
  const asked = params.get("sort");
  const sort: ProjectSort = isProjectSort(asked) ? asked : "active";
  const { data, error, refetch } = useQuery(entityQuery(entity));
  if (isAbsent(error)) return <NotFoundPage />;

  const set = (name: string, value: string) =>
    setParams(
      (now) => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true },
    );
  const found = sortProjects(
    (data?.projects ?? []).filter((one) => hasWords(`${one.name} ${one.description}`, query)),
    sort,
  );
  const orders: { value: ProjectSort; label: string }[] = [
    { value: "active", label: t("projects.list.byActive") },
    { value: "name", label: t("projects.list.byName") },
    { value: "runs", label: t("projects.list.byRuns") },
  ];
  return (
    <Page
      title={t("projects.list.title")}
      aside={<span className={styles.owner}>{entity}</span>}
      actions={data && data.projects.length > 0 && <CreateProjectButton entity={entity} />}
    >
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && data.projects.length === 0 && <NoProjects entity={data.entity} />}
      {data && data.projects.length > 0 && (
        <>
          <div className={styles.tools}>
            <Input
              type="search"
              aria-label={t("projects.list.search")}
              placeholder={t("projects.list.search")}
              value={query}
              onChange={(event) => set("q", event.target.value)}
            />
            <Select
              aria-label={t("projects.list.sort")}
              value={sort}
              options={orders}
              onChange={(value) => set("sort", value)}
            />
            <span className={styles.count} role="status">
              {t("projects.list.count", { count: found.length })}
            </span>
          </div>
          {found.length === 0 ? (
            <EmptyState title={t("projects.list.nothing", { query })} />
          ) : (
            <ProjectTable projects={found} sort={sort} onSort={(value) => set("sort", value)} />
          )}
        </>
      )}
    </Page>
  );
}
