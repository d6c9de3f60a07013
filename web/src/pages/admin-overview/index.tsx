import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ServerOverview } from "@/api/contract";
import styles from "@/domains/admin/admin.module.css";
import { overviewQuery } from "@/domains/admin/queries";
import { serverStorageQuery } from "@/domains/storage/queries";
import { formatBytes, formatInteger } from "@/lib/number";
import { adminPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { ErrorState } from "@/ui/error-state";
import { Facts } from "@/ui/facts";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";

/** The server at a glance: what there is, and what needs a look. */
export default function OverviewPage() {
  const { t } = useTranslation();
  useTitle(t("admin.overview.title"), t("admin.title"));
  const { data, error, refetch } = useQuery(overviewQuery);
  return (
    <Page title={t("admin.overview.title")} nested>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && <Counts data={data} />}
      {data && <Troubles data={data} />}
      {data && data.notes.length > 0 && (
        <section className={styles.section}>
          <h2>{t("admin.overview.notes")}</h2>
          <ul className={styles.troubles}>
            {data.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

function Counts({ data }: { data: ServerOverview }) {
  const { t } = useTranslation();
  const { counts } = data;
  const stored = useQuery(serverStorageQuery).data?.entities.reduce((sum, { usage }) => sum + usage.totalBytes, 0);
  const part = (name: string, count: number) => <Link to={adminPath(name)}>{formatInteger(count)}</Link>;
  return (
    <Facts
      facts={[
        [
          t("admin.overview.users"),
          <>
            {part("users", counts.active)}
            <span className={styles.small}>
              {t("admin.overview.usersOf", {
                ended: formatInteger(counts.ended),
                services: formatInteger(counts.services),
              })}
            </span>
          </>,
        ],
        [t("admin.overview.teams"), part("teams", counts.teams)],
        [t("admin.overview.projects"), part("projects", counts.projects)],
        [
          t("admin.overview.runs"),
          <>
            {formatInteger(counts.runs)}
            <span className={styles.small}>
              {t("admin.overview.running", { running: formatInteger(counts.running) })}
            </span>
          </>,
        ],
        [
          t("admin.overview.stored"),
          stored === undefined ? t("common.loading") : <Link to={adminPath("storage")}>{formatBytes(stored)}</Link>,
        ],
        [t("admin.overview.database"), data.database],
        [t("admin.overview.version"), `Steelyard ${data.version}`],
      ]}
    />
  );
}

function Troubles({ data }: { data: ServerOverview }) {
  const { t } = useTranslation();
  const told = [
    data.failing.length > 0 && t("admin.overview.failing", { names: data.failing.join(", ") }),
    data.late.length > 0 && t("admin.overview.late", { names: data.late.join(", ") }),
    data.refusedMail > 0 && t("admin.overview.mail", { count: data.refusedMail }),
  ].filter((line) => line !== false);
  return (
    <section className={styles.section}>
      <h2>{t("admin.overview.troubles")}</h2>
      {told.length === 0 && <p className={styles.muted}>{t("admin.overview.fine")}</p>}
      {told.length > 0 && (
        <>
          <ul className={styles.troubles}>
            {told.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p>
            <Link to={adminPath("jobs")}>{t("admin.overview.see")}</Link>
          </p>
        </>
      )}
    </section>
  );
}
