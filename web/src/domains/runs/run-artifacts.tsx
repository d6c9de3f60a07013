import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { appPath, get } from "@/api/client";
import type { ArtifactRow, RunArtifacts as Artifacts, RunDetail } from "@/api/contract";
import { keys } from "@/api/keys";
import { formatBytes, formatInteger } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { Badge } from "@/ui/badge";
import { ErrorState } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Num, Table } from "@/ui/table";
import styles from "./run-artifacts.module.css";

/** What the run took in and what it gave out. */
export function RunArtifacts({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.run(run.entity, run.project, run.id), "artifacts"],
    queryFn: ({ signal }) => get<Artifacts>(`${appPath("runs", run.entity, run.project, run.id)}/artifacts`, signal),
  });
  return (
    <div className={styles.artifacts}>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && (
        <>
          <Side title={t("runs.artifacts.inputs")} none={t("runs.artifacts.noInputs")} rows={data.inputs} />
          <Side title={t("runs.artifacts.outputs")} none={t("runs.artifacts.noOutputs")} rows={data.outputs} />
        </>
      )}
    </div>
  );
}

function Side({ title, none, rows }: { title: string; none: string; rows: readonly ArtifactRow[] }) {
  const { t } = useTranslation();
  return (
    <section className={styles.side}>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <Table label={title}>
          <thead>
            <tr>
              <Head>{t("runs.artifacts.name")}</Head>
              <Head>{t("runs.artifacts.type")}</Head>
              <Head>{t("runs.artifacts.aliases")}</Head>
              <Head numeric>{t("runs.artifacts.size")}</Head>
              <Head numeric>{t("runs.artifacts.files")}</Head>
              <Head>{t("runs.artifacts.created")}</Head>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td>
                  <Link to={artifactPath(row.entity, row.project, row.type, row.collection, row.version)}>
                    {row.collection}:{row.version}
                  </Link>
                </td>
                <td>{row.type}</td>
                <td className={styles.aliases}>
                  {row.aliases.map((alias) => (
                    <Badge key={alias}>{alias}</Badge>
                  ))}
                </td>
                <Num>{formatBytes(row.sizeBytes)}</Num>
                <Num>{formatInteger(row.fileCount)}</Num>
                <td>
                  <RelativeTime at={row.createdAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}
