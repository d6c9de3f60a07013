import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { ProjectStorage } from "@/api/contract";
import { People } from "@/domains/storage/people";
import { projectStorageQuery } from "@/domains/storage/queries";
import { Share } from "@/domains/storage/share";
import styles from "@/domains/storage/storage.module.css";
import { Totals } from "@/domains/storage/totals";
import { formatBytes, formatInteger } from "@/lib/number";
import { artifactPath, readName, runPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Num, Table } from "@/ui/table";

const LISTED = 100;

/** What a project takes: its artifact collections, its runs, and who made them. */
export default function ProjectStoragePage() {
  const { t } = useTranslation();
  const params = useParams();
  const [entity, project] = [readName(params.entity), readName(params.project)];
  useTitle(t("storage.title"), project);
  const { data, error, refetch } = useQuery(projectStorageQuery(entity, project));
  return (
    <Page title={t("storage.title")} nested>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && <Totals usage={data.usage} waiting={data.waiting} />}
      {data && data.usage.totalBytes === 0 && (
        <EmptyState title={t("storage.none")}>
          {data.waiting.trashBytes + data.waiting.versionBytes > 0 ? t("storage.noneDeleted") : t("storage.noneText")}
        </EmptyState>
      )}
      {data && data.usage.totalBytes > 0 && (
        <>
          <p className={styles.text}>{t("storage.text")}</p>
          {data.collections.length > 0 && <Collections {...{ entity, project, data }} />}
          {data.runs.length > 0 && <Runs {...{ entity, project, data }} />}
          <section className={styles.section}>
            <h2>{t("storage.people")}</h2>
            <People people={data.people} total={data.usage.totalBytes} />
          </section>
        </>
      )}
    </Page>
  );
}

interface Part {
  entity: string;
  project: string;
  data: ProjectStorage;
}

function Collections({ entity, project, data }: Part) {
  const { t } = useTranslation();
  return (
    <section className={styles.section}>
      <h2>{t("storage.collections")}</h2>
      <Table label={t("storage.collections")}>
        <thead>
          <tr>
            <Head>{t("storage.name")}</Head>
            <Head>{t("storage.type")}</Head>
            <Head className={styles.wide} aria-label={t("storage.total")} />
            <Head numeric>{t("storage.count")}</Head>
            <Head numeric>{t("storage.size")}</Head>
          </tr>
        </thead>
        <tbody>
          {data.collections.map(({ name, type, versions, sizeBytes }) => (
            <tr key={name}>
              <td className={styles.name}>
                <Link to={artifactPath(entity, project, type, name)}>{name}</Link>
              </td>
              <td>{type}</td>
              <Share bytes={sizeBytes} of={data.usage.totalBytes} />
              <Num>{formatInteger(versions)}</Num>
              <Num>{formatBytes(sizeBytes)}</Num>
            </tr>
          ))}
        </tbody>
      </Table>
      {data.collections.length === LISTED && <p className={styles.text}>{t("storage.largest", { count: LISTED })}</p>}
    </section>
  );
}

function Runs({ entity, project, data }: Part) {
  const { t } = useTranslation();
  return (
    <section className={styles.section}>
      <h2>{t("storage.runs")}</h2>
      <Table label={t("storage.runs")}>
        <thead>
          <tr>
            <Head>{t("storage.name")}</Head>
            <Head className={styles.wide} aria-label={t("storage.total")} />
            <Head numeric>{t("storage.files")}</Head>
            <Head numeric>{t("storage.history")}</Head>
            <Head numeric>{t("storage.size")}</Head>
          </tr>
        </thead>
        <tbody>
          {data.runs.map(({ id, title, fileBytes, historyBytes }) => (
            <tr key={id}>
              <td className={styles.name} title={id}>
                <Link to={runPath(entity, project, id, "files")}>{title || id}</Link>
              </td>
              <Share bytes={fileBytes + historyBytes} of={data.usage.totalBytes} />
              <Num>{formatBytes(fileBytes)}</Num>
              <Num>{formatBytes(historyBytes)}</Num>
              <Num>{formatBytes(fileBytes + historyBytes)}</Num>
            </tr>
          ))}
        </tbody>
      </Table>
      {data.runs.length === LISTED && <p className={styles.text}>{t("storage.largest", { count: LISTED })}</p>}
    </section>
  );
}
