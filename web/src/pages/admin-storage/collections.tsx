import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { post } from "@/api/client";
import type { Collected, GcRun } from "@/api/contract";
import { SERVER_STORAGE_KEY } from "@/domains/storage/queries";
import styles from "@/domains/storage/storage.module.css";
import { formatBytes, formatInteger } from "@/lib/number";
import { formatDuration } from "@/lib/time";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { useFailureText } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { Head, Num, Table } from "@/ui/table";

/** What collections did, and a look at what the next one would do. */
export function Collections({ runs }: { runs: readonly GcRun[] }) {
  const { t } = useTranslation();
  return (
    <section className={styles.section}>
      <h2>{t("storage.server.collections")}</h2>
      <Actions />
      {runs.length === 0 ? (
        <EmptyState title={t("storage.server.none")}>{t("storage.server.noneText")}</EmptyState>
      ) : (
        <Table label={t("storage.server.collections")}>
          <thead>
            <tr>
              <Head>{t("storage.server.started")}</Head>
              <Head>{t("storage.server.by")}</Head>
              <Head>{t("storage.server.kind")}</Head>
              <Head>{t("storage.server.state")}</Head>
              <Head numeric>{t("storage.server.took")}</Head>
              <Head numeric>{t("storage.server.objects")}</Head>
              <Head numeric>{t("storage.server.freed")}</Head>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <Row key={run.id} run={run} />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

function Row({ run }: { run: GcRun }) {
  const { t } = useTranslation();
  const failed = run.state === "failed" || run.state === "interrupted";
  return (
    <tr>
      <td>
        <RelativeTime at={run.startedAt} />
      </td>
      <td>{t(`storage.server.startedBy.${run.startedBy}`)}</td>
      <td>{t(`storage.server.kinds.${run.kind}`)}</td>
      <td className={failed ? styles.bad : undefined} title={run.failure ?? undefined}>
        {t(`storage.server.states.${run.state}`)}
        {run.failure && `: ${run.failure}`}
      </td>
      <Num>{run.endedAt ? formatDuration((Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000) : ""}</Num>
      <Num>{formatInteger(run.objects)}</Num>
      <Num>{formatBytes(run.sizeBytes)}</Num>
    </tr>
  );
}

function Actions() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const failureText = useFailureText();
  const preview = useMutation({ mutationFn: () => post<Collected>("/app/admin/storage:preview") });
  const collect = useMutation({
    mutationFn: () => post<Collected>("/app/admin/storage:collect"),
    onMutate: () => preview.reset(),
    onSettled: () => client.invalidateQueries({ queryKey: SERVER_STORAGE_KEY }),
  });
  const busy = preview.isPending || collect.isPending;
  const failure = preview.error ?? collect.error;
  return (
    <>
      <div className={styles.actions}>
        <Button size="small" disabled={busy} onClick={() => preview.mutate()}>
          {preview.isPending ? t("storage.server.previewing") : t("storage.server.preview")}
        </Button>
        <Button size="small" disabled={busy} onClick={() => collect.mutate()}>
          {collect.isPending ? t("storage.server.collecting") : t("storage.server.collect")}
        </Button>
      </div>
      <p role="status" className={styles.text}>
        {failure ? failureText(failure) : <Outcome would={preview.data} did={collect.data} />}
      </p>
    </>
  );
}

function Outcome({ would, did }: { would: Collected | undefined; did: Collected | undefined }) {
  const { t } = useTranslation();
  if (would) {
    const nothing = would.contents + would.manifests + would.versions === 0;
    if (nothing) return t("storage.server.nothing");
    return t("storage.server.would", { ...would, size: formatBytes(would.sizeBytes) });
  }
  return did ? t("storage.server.did", { objects: formatInteger(did.objects), size: formatBytes(did.sizeBytes) }) : "";
}
