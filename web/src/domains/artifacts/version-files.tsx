import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ArtifactDetail, ArtifactFile } from "@/api/contract";
import { FileHead, FileNote, FileSplit, FileTree } from "@/domains/runs/files/file-parts";
import { FilePreview } from "@/domains/runs/files/file-preview";
import { formatInteger } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./artifacts.module.css";
import { versionFilesQuery } from "./queries";
import { referenceUrl } from "./references";

/** The files of a version as a tree; what is long comes page by page, or all at once for a search. */
export function VersionFiles({ version, path }: { version: ArtifactDetail; path: string }) {
  const { t } = useTranslation();
  const { entity, project, type, collection } = version;
  const { data, error, refetch, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } =
    useInfiniteQuery(versionFilesQuery({ entity, project, type, collection, version: version.version }));
  const [query, setQuery] = useState("");
  const files = useMemo(() => data?.pages.flatMap((page) => page.files) ?? [], [data]);
  const named = useMemo(() => files.map((file) => ({ ...file, name: file.path })), [files]);
  const chosen = files.find((file) => file.path === path);
  // a search looks through all of them, and a copied address may name one that is far down
  const wantsMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError && (query || (path && !chosen));
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);
  // the tree comes with its file in sight
  if (!data || (hasNextPage && path && !chosen && !isFetchNextPageError))
    return (
      <div className={styles.wait}>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />}
      </div>
    );
  if (files.length === 0)
    return (
      <div className={styles.wait}>
        <EmptyState title={t("artifacts.filesNone")}>
          {version.state === "PENDING" ? t("artifacts.filesPending") : t("artifacts.filesNoneText")}
        </EmptyState>
      </div>
    );
  const root = artifactPath(entity, project, type, collection, version.version, "files");
  const more = (
    <div className={styles.foot}>
      {isFetchNextPageError && <ErrorState error={error} onRetry={() => void fetchNextPage()} />}
      {!isFetchNextPageError && (
        <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("artifacts.filesMore")}
        </Button>
      )}
    </div>
  );
  const tree = (
    <FileTree
      label={t("artifacts.filesLabel")}
      files={named}
      count={
        hasNextPage
          ? t("artifacts.filesLoaded", {
              loaded: formatInteger(files.length),
              total: formatInteger(Math.max(version.fileCount, files.length)),
            })
          : t("artifacts.filesCount", { count: files.length, total: formatInteger(files.length) })
      }
      path={path}
      linkTo={(name) => `${root}/${name.split("/").map(encodeURIComponent).join("/")}`}
      onQuery={setQuery}
      foot={hasNextPage && more}
    />
  );
  return (
    <FileSplit tree={tree} label={chosen?.path ?? t("runs.files.choose")} chosen={chosen !== undefined}>
      {chosen ? (
        <Chosen file={chosen} upTo={root} />
      ) : (
        <FileNote>{t(path ? "artifacts.fileAbsent" : "runs.files.choose")}</FileNote>
      )}
    </FileSplit>
  );
}

function Chosen({ file, upTo }: { file: ArtifactFile; upTo: string }) {
  return (
    <>
      <FileHead name={file.path} sizeBytes={file.sizeBytes} upTo={upTo} url={file.url} />
      {file.ref !== null && <Reference target={file.ref} />}
      {file.url !== null && (
        <FilePreview
          key={file.path}
          file={{
            name: file.path,
            sizeBytes: file.sizeBytes,
            mimetype: "",
            updatedAt: "",
            md5: file.digest,
            url: file.url,
          }}
        />
      )}
    </>
  );
}

function Reference({ target }: { target: string }) {
  const { t } = useTranslation();
  const url = referenceUrl(target);
  return (
    <FileNote>
      {t("artifacts.reference")}
      <br />
      {url ? (
        <a href={url} rel="noopener noreferrer" target="_blank">
          {target}
        </a>
      ) : (
        <code>{target}</code>
      )}
    </FileNote>
  );
}
