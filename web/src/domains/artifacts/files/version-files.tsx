import { useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ArtifactDetail } from "@/api/contract";
import { FileSplit } from "@/domains/runs/files/file-parts";
import { cx } from "@/lib/class-names";
import { formatInteger } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code-block";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Input } from "@/ui/field";
import { Popover } from "@/ui/popover";
import { filePath } from "../address";
import { filesFoundQuery, type VersionRef } from "../queries";
import { apiSnippet, getCommand } from "../version/names";
import { EntryView } from "./entry-view";
import { FileTree } from "./file-tree";
import styles from "./files.module.css";
import { type FileRow, fileRows, foldersTo } from "./tree-rows";
import { useFolders } from "./use-folders";

// a search goes on by itself until it has so many
const ENOUGH = 200;

/** The files of a version: a tree that reads a folder when it is opened, beside it the chosen file or folder. */
export function VersionFiles({ place, version, path }: { place: VersionRef; version: ArtifactDetail; path: string }) {
  const { t } = useTranslation();
  const { folders, load } = useFolders(place);
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set(foldersTo(path)));
  const [query, setQuery] = useState("");
  const find = useDeferredValue(query.trim());
  // what is open is read; further pages are asked for
  useEffect(() => {
    for (const folder of new Set(["", ...opened])) if (!folders.has(folder)) load(folder);
  }, [opened, folders, load]);
  // an address that was followed from elsewhere opens the way to it
  useEffect(() => setOpened((now) => new Set([...now, ...foldersTo(path)])), [path]);
  const root = artifactPath(place.entity, place.project, place.type, place.collection, place.version, "files");
  const linkTo = (to: string) => (to === "" ? root : `${root}/${filePath(to)}`);
  const onOpen = useCallback(
    (folder: string) => setOpened((now) => (now.has(folder) ? now : new Set([...now, folder]))),
    [],
  );
  const toggle = (folder: string) =>
    setOpened((now) => {
      const next = new Set(now);
      if (!next.delete(folder)) next.add(folder);
      return next;
    });
  const rows = useMemo(() => fileRows(folders, opened), [folders, opened]);
  if (version.fileCount === 0)
    return (
      <div className={styles.wait}>
        <EmptyState title={t("artifacts.filesNone")}>
          {t(version.state === "PENDING" ? "artifacts.filesPending" : "artifacts.filesNoneText")}
        </EmptyState>
      </div>
    );
  const tree = (
    <div className={cx(styles.tree, path !== "" && styles.chosen)}>
      <div className={styles.find}>
        <Input
          type="search"
          value={query}
          placeholder={t("artifacts.tree.find")}
          aria-label={t("artifacts.tree.find")}
          onChange={(event) => setQuery(event.target.value)}
        />
        {find === "" && (
          <span className={styles.count}>
            {t("artifacts.tree.total", { count: version.fileCount, total: formatInteger(version.fileCount) })}
            <DownloadAll version={version} />
          </span>
        )}
      </div>
      {find === "" ? (
        <FileTree
          label={t("artifacts.tree.label")}
          rows={rows}
          path={path}
          linkTo={linkTo}
          onToggle={toggle}
          onMore={load}
        />
      ) : (
        <Found place={place} find={find} total={version.fileCount} path={path} linkTo={linkTo} />
      )}
    </div>
  );
  return (
    <FileSplit tree={tree} label={path || t("artifacts.tree.top")} chosen={path !== ""}>
      <EntryView place={place} path={path} folders={folders} linkTo={linkTo} onOpen={onOpen} onRetry={load} />
    </FileSplit>
  );
}

interface FoundProps {
  place: VersionRef;
  find: string;
  total: number;
  path: string;
  linkTo: (path: string) => string;
}

/** What a search found so far, and how far it is. */
function Found({ place, find, total, path, linkTo }: FoundProps) {
  const { t } = useTranslation();
  const { data, error, refetch, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = useInfiniteQuery(
    filesFoundQuery(place, find),
  );
  const files = useMemo(() => data?.pages.flatMap((page) => page.files) ?? [], [data]);
  const searched = Math.min(total, data?.pages.reduce((sum, page) => sum + page.searched, 0) ?? 0);
  const goesOn = hasNextPage && !isFetching && !isFetchNextPageError && files.length < ENOUGH;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  const rows = useMemo(
    (): FileRow[] => files.map((file) => ({ kind: "file", path: file.path, depth: 0, file })),
    [files],
  );
  const ended = data !== undefined && !hasNextPage;
  return (
    <>
      <p className={cx(styles.note, styles.count)} role="status">
        {ended
          ? t("artifacts.tree.found", { count: files.length, found: formatInteger(files.length) })
          : t("artifacts.tree.searching", {
              found: formatInteger(files.length),
              searched: formatInteger(searched),
              total: formatInteger(total),
            })}
      </p>
      {error && (
        <div className={styles.note}>
          <ErrorState error={error} onRetry={() => void (data ? fetchNextPage() : refetch())} />
        </div>
      )}
      {ended && files.length === 0 && <p className={styles.note}>{t("artifacts.tree.noMatch")}</p>}
      <FileTree
        label={t("artifacts.tree.label")}
        rows={rows}
        path={path}
        linkTo={linkTo}
        onToggle={() => undefined}
        onMore={() => undefined}
        wholePaths
      />
      {hasNextPage && files.length >= ENOUGH && (
        <div className={styles.foot}>
          <Button size="small" busy={isFetching} onClick={() => void fetchNextPage()}>
            {t("artifacts.tree.moreFound")}
          </Button>
        </div>
      )}
    </>
  );
}

/** How to fetch all files: they are too many, or too large, for a browser. */
function DownloadAll({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  return (
    <Popover
      label={t("artifacts.downloadAll")}
      trigger={
        <Button size="small" look="quiet" icon={<Download aria-hidden />}>
          {t("artifacts.downloadAll")}
        </Button>
      }
    >
      <div className={styles.all}>
        <h3>{t("artifacts.get")}</h3>
        <CodeBlock text={getCommand(version)} />
        <h3>{t("artifacts.read")}</h3>
        <CodeBlock text={apiSnippet(version)} />
      </div>
    </Popover>
  );
}
