import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { People } from "@/domains/storage/people";
import { entityStorageQuery } from "@/domains/storage/queries";
import styles from "@/domains/storage/storage.module.css";
import { TimeToLive } from "@/domains/storage/time-to-live";
import { Totals } from "@/domains/storage/totals";
import { UsageTable } from "@/domains/storage/usage-table";
import { isAbsent } from "@/lib/failure";
import { projectPath, readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import NotFoundPage from "../not-found";

/** What the projects of a user or a team take, and who made it. */
export default function EntityStoragePage() {
  const { t } = useTranslation();
  const name = readName(useParams().entity);
  useTitle(t("storage.of", { name }));
  const { data, error, refetch } = useQuery(entityStorageQuery(name));
  if (isAbsent(error)) return <NotFoundPage />;
  const rows = (data?.projects ?? []).map((project) => ({
    key: project.name,
    name: <Link to={projectPath(name, project.name, "storage")}>{project.name}</Link>,
    usage: project.usage,
  }));
  return (
    <Page title={t("storage.of", { name })}>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && <Totals usage={data.usage} waiting={data.waiting} />}
      {data && rows.length === 0 && <EmptyState title={t("storage.none")}>{t("storage.noneText")}</EmptyState>}
      {data && rows.length > 0 && (
        <>
          <p className={styles.text}>{t("storage.text")}</p>
          <section className={styles.section}>
            <h2>{t("storage.projects")}</h2>
            <UsageTable
              label={t("storage.projects")}
              head={t("storage.name")}
              rows={rows}
              total={data.usage.totalBytes}
            />
          </section>
          {data.people.length > 0 && (
            <section className={styles.section}>
              <h2>{t("storage.people")}</h2>
              <People people={data.people} total={data.usage.totalBytes} />
            </section>
          )}
        </>
      )}
      {data && <TimeToLive entity={name} />}
    </Page>
  );
}
