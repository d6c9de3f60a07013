import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ScheduledWork } from "@/api/contract";
import styles from "@/domains/admin/admin.module.css";
import { jobsQuery } from "@/domains/admin/queries";
import { formatInteger } from "@/lib/number";
import { formatDuration } from "@/lib/time";
import { useTitle } from "@/lib/title";
import { Badge } from "@/ui/badge";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Facts } from "@/ui/facts";
import { Page } from "@/ui/page";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Num, Table } from "@/ui/table";
import { MailTable } from "./mail-table";

/** What the server does by itself: how it went, and what waits for it. */
export default function JobsPage() {
  const { t } = useTranslation();
  useTitle(t("admin.jobs.title"), t("admin.title"));
  const { data, error, refetch } = useQuery(jobsQuery);
  return (
    <Page title={t("admin.jobs.title")} nested>
      <p className={styles.text}>{t("admin.jobs.text")}</p>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && (
        <>
          <section className={styles.section}>
            <h2>{t("admin.jobs.queues")}</h2>
            <Facts
              facts={data.queues.map(
                ({ name, count }) => [t(`admin.jobs.queue.${name}`), formatInteger(count)] as const,
              )}
            />
          </section>
          <section className={styles.section}>
            <h2>{t("admin.jobs.schedules")}</h2>
            {data.schedules.length === 0 ? (
              <EmptyState title={t("admin.jobs.none")}>{t("admin.jobs.noneText")}</EmptyState>
            ) : (
              <Schedules work={data.schedules} />
            )}
          </section>
          <section className={styles.section}>
            <h2>{t("admin.jobs.mail")}</h2>
            {data.mail === null && <p className={styles.text}>{t("admin.jobs.noServer")}</p>}
            {data.mail?.length === 0 && <p className={styles.text}>{t("admin.jobs.mailNone")}</p>}
            {data.mail && data.mail.length > 0 && <MailTable mail={data.mail} />}
          </section>
        </>
      )}
    </Page>
  );
}

const TONES = { good: "good", failing: "bad", late: "warn" } as const;

function Schedules({ work }: { work: readonly ScheduledWork[] }) {
  const { t } = useTranslation();
  return (
    <Table label={t("admin.jobs.schedules")}>
      <thead>
        <tr>
          <Head>{t("admin.jobs.work")}</Head>
          <Head>{t("admin.jobs.state")}</Head>
          <Head numeric>{t("admin.jobs.every")}</Head>
          <Head>{t("admin.jobs.done")}</Head>
          <Head>{t("admin.jobs.failed")}</Head>
        </tr>
      </thead>
      <tbody>
        {work.map((item) => (
          <tr key={item.name}>
            <td>{item.name}</td>
            <td title={item.state === "late" ? t("admin.jobs.lateText") : undefined}>
              <Badge tone={TONES[item.state]}>{t(`admin.jobs.states.${item.state}`)}</Badge>
            </td>
            <Num>{formatDuration(item.everySeconds)}</Num>
            <td>
              <RelativeTime at={item.doneAt} empty={t("common.never")} />
            </td>
            <td>
              <div className={styles.long}>
                <RelativeTime at={item.failedAt} empty={t("common.never")} />
                {item.failure && <span className={styles.small}>{item.failure}</span>}
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
