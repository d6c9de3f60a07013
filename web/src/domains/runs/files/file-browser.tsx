import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { appPath, get } from "@/api/client";
import type { FileList, RunDetail } from "@/api/contract";
import { keys } from "@/api/keys";
import { runPath } from "@/lib/paths";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./file-browser.module.css";
import { FileHead, FileNote, FileSplit, FileTree } from "./file-parts";
import { FilePreview } from "./file-preview";

/** The run's files: folders at the left, the chosen file at the right. `path` is part of the address. */
export function FileBrowser({ run, path }: { run: RunDetail; path: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.run(run.entity, run.project, run.id), "files"],
    queryFn: ({ signal }) => get<FileList>(`${appPath("runs", run.entity, run.project, run.id)}/files`, signal),
  });
  if (!data)
    return (
      <div className={styles.wait}>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />}
      </div>
    );
  if (data.files.length === 0)
    return (
      <div className={styles.wait}>
        <EmptyState title={t("runs.files.none")}>{t("runs.files.noneText")}</EmptyState>
      </div>
    );
  const root = runPath(run.entity, run.project, run.id, "files");
  const chosen = data.files.find(({ name }) => name === path);
  const tree = (
    <FileTree
      label={t("runs.files.label")}
      files={data.files}
      count={t("runs.files.count", { count: data.files.length })}
      path={path}
      linkTo={(name) => `${root}/${name.split("/").map(encodeURIComponent).join("/")}`}
    />
  );
  return (
    <FileSplit tree={tree} label={chosen?.name ?? t("runs.files.choose")} chosen={chosen !== undefined}>
      {chosen ? (
        <>
          <FileHead name={chosen.name} sizeBytes={chosen.sizeBytes} upTo={root} url={chosen.url}>
            <RelativeTime at={chosen.updatedAt} />
          </FileHead>
          <FilePreview
            key={chosen.name}
            file={chosen}
            table={{ kind: "run", entity: run.entity, project: run.project, run: run.id, path: chosen.name }}
          />
        </>
      ) : (
        <FileNote>{t("runs.files.choose")}</FileNote>
      )}
    </FileSplit>
  );
}
