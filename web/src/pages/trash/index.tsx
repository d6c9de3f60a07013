import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { appPath, get } from "@/api/client";
import type { TrashPage as Trash, TrashedRun } from "@/api/contract";
import { keys } from "@/api/keys";
import { projectQuery } from "@/domains/projects/queries";
import { BulkNews } from "@/domains/runs/bulk/bulk-news";
import { useBulk } from "@/domains/runs/bulk/use-bulk";
import { formatBytes } from "@/lib/number";
import { readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { Button } from "@/ui/button";
import { ConfirmButton } from "@/ui/confirm-button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./trash.module.css";

const PAGE = 100;

/** Deleted runs of a project: what they take, and the ways back and out. */
export default function TrashPage() {
  const { t } = useTranslation();
  const params = useParams();
  const [entity, project] = [readName(params.entity), readName(params.project)];
  useTitle(t("bulk.trash.title"), project);
  const [offset, setOffset] = useState(0);
  const path = `${appPath("projects", entity, project)}/trash`;
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.project(entity, project), "trash", offset],
    queryFn: ({ signal }) => get<Trash>(`${path}?offset=${offset}`, signal),
    placeholderData: keepPreviousData,
  });
  const bulk = useBulk(entity, project);
  const canWrite = useQuery(projectQuery(entity, project)).data?.canWrite ?? false;
  const allIds = async () => (await get<{ ids: string[] }>(`${path}/ids`)).ids;
  const actions = canWrite && data && data.total > 0 && (
    <>
      <Button size="small" onClick={() => void allIds().then((ids) => bulk.start({ action: "restore" }, ids))}>
        {t("bulk.trash.restoreAll")}
      </Button>
      <ConfirmButton
        label={t("bulk.trash.empties")}
        question={t("bulk.trash.emptyAsk", { count: data.total })}
        onConfirm={async () => bulk.start({ action: "purge" }, await allIds())}
      >
        {t("bulk.trash.purgeText")}
      </ConfirmButton>
    </>
  );
  return (
    <Page title={t("bulk.trash.title")} nested actions={actions}>
      <p>
        {t("bulk.trash.intro")} {data?.keptDays && t("bulk.trash.kept", { count: data.keptDays })}
      </p>
      <BulkNews bulk={bulk} />
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data?.total === 0 && <EmptyState title={t("bulk.trash.empty")}>{t("bulk.trash.emptyText")}</EmptyState>}
      {data && data.total > 0 && (
        <>
          <p>{t("bulk.trash.count", { count: data.total })}</p>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t("runs.name")}</th>
                <th scope="col">{t("bulk.trash.deleted")}</th>
                <th scope="col">{t("bulk.trash.size")}</th>
                <th scope="col" aria-label={t("bulk.trash.restore")} />
              </tr>
            </thead>
            <tbody>
              {data.runs.map((run) => (
                <Row key={run.id} run={run} canWrite={canWrite} bulk={bulk} />
              ))}
            </tbody>
          </table>
          {offset + PAGE < data.total && (
            <Button onClick={() => setOffset(offset + PAGE)}>{t("bulk.trash.more")}</Button>
          )}
        </>
      )}
    </Page>
  );
}

function Row({ run, canWrite, bulk }: { run: TrashedRun; canWrite: boolean; bulk: ReturnType<typeof useBulk> }) {
  const { t } = useTranslation();
  return (
    <tr>
      <td title={run.id}>{run.title}</td>
      <td>
        <RelativeTime at={run.deletedAt} /> {run.deletedBy && t("bulk.trash.deletedBy", { name: run.deletedBy })}
      </td>
      <td>{formatBytes(run.storageBytes)}</td>
      <td className={styles.actions}>
        {canWrite && (
          <>
            <Button size="small" onClick={() => void bulk.start({ action: "restore" }, [run.id])}>
              {t("bulk.trash.restore")}
            </Button>
            <ConfirmButton
              label={t("bulk.trash.purge")}
              question={t("bulk.trash.purgeAsk", { title: run.title })}
              onConfirm={() => bulk.start({ action: "purge" }, [run.id])}
            >
              {t("bulk.trash.purgeText")}
            </ConfirmButton>
          </>
        )}
      </td>
    </tr>
  );
}
