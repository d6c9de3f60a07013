import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { projectPath } from "@/lib/paths";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { People } from "./people";
import { entityStorageQuery } from "./queries";
import styles from "./storage.module.css";
import { TimeToLive } from "./time-to-live";
import { Totals } from "./totals";
import { UsageTable } from "./usage-table";

/** What the projects of a user or a team take, and who made it; `nested` beneath the tabs of a team. */
export function EntityStorage({ entity: name, nested = false }: { entity: string; nested?: boolean }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(entityStorageQuery(name));
  const rows = (data?.projects ?? []).map((project) => ({
    key: project.name,
    name: <Link to={projectPath(name, project.name, "storage")}>{project.name}</Link>,
    usage: project.usage,
  }));
  return (
    <Page title={nested ? t("storage.title") : t("storage.of", { name })} nested={nested}>
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
      {data && !nested && <TimeToLive entity={name} />}
    </Page>
  );
}
