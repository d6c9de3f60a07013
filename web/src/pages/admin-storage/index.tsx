import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ServerStorage, Usage } from "@/api/contract";
import { serverStorageQuery } from "@/domains/storage/queries";
import styles from "@/domains/storage/storage.module.css";
import { Totals } from "@/domains/storage/totals";
import { UsageTable } from "@/domains/storage/usage-table";
import { formatBytes } from "@/lib/number";
import { entityStoragePath } from "@/lib/paths";
import { formatDuration } from "@/lib/time";
import { useTitle } from "@/lib/title";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { Collections } from "./collections";

const NOTHING: Usage = { totalBytes: 0, versionBytes: 0, fileBytes: 0, historyBytes: 0, versions: 0, runs: 0 };

/** For administrators: who takes what of the whole server, and the collections. */
export default function ServerStoragePage() {
  const { t } = useTranslation();
  useTitle(t("storage.server.title"));
  const { data, error, refetch } = useQuery(serverStorageQuery);
  return (
    <Page title={t("storage.server.title")} nested>
      <p className={styles.text}>{t("storage.server.text")}</p>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && <Entities data={data} />}
      {data && <Policy data={data} />}
      {data && <Collections runs={data.collections} />}
    </Page>
  );
}

function Entities({ data }: { data: ServerStorage }) {
  const { t } = useTranslation();
  const total = data.entities.reduce(
    (sum, { usage }) => ({
      totalBytes: sum.totalBytes + usage.totalBytes,
      versionBytes: sum.versionBytes + usage.versionBytes,
      fileBytes: sum.fileBytes + usage.fileBytes,
      historyBytes: sum.historyBytes + usage.historyBytes,
      versions: sum.versions + usage.versions,
      runs: sum.runs + usage.runs,
    }),
    NOTHING,
  );
  const rows = data.entities.map(({ name, usage }) => ({
    key: name,
    name: <Link to={entityStoragePath(name)}>{name}</Link>,
    usage,
  }));
  return (
    <section className={styles.section}>
      <h2>{t("storage.server.entities")}</h2>
      <Totals usage={total} />
      {rows.length > 0 ? (
        <UsageTable
          label={t("storage.server.entities")}
          head={t("storage.name")}
          rows={rows}
          total={total.totalBytes}
        />
      ) : (
        <EmptyState title={t("storage.none")}>{t("storage.noneText")}</EmptyState>
      )}
    </section>
  );
}

function Policy({ data }: { data: ServerStorage }) {
  const { t } = useTranslation();
  const every = data.everySeconds;
  return (
    <p className={styles.text}>
      {every === null
        ? t("storage.server.off")
        : t("storage.server.every", { every: formatDuration(every), grace: formatDuration(data.graceSeconds) })}{" "}
      {data.waiting.count > 0 &&
        t("storage.server.waits", {
          count: data.waiting.count,
          size: formatBytes(data.waiting.sizeBytes),
        })}
    </p>
  );
}
