import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowLeft, ChevronDown, ChevronRight, Download, File } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { appPath, get } from "@/api/client";
import type { FileList, RunDetail, StoredFile } from "@/api/contract";
import { keys } from "@/api/keys";
import { cx } from "@/lib/class-names";
import { formatBytes } from "@/lib/number";
import { runPath } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Input } from "@/ui/field";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./file-browser.module.css";
import { FilePreview } from "./file-preview";
import { type FileRow, fileRows } from "./file-tree";

const ROW_PX = 28;

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
  const chosen = data.files.find(({ name }) => name === path);
  return (
    <div className={cx(styles.browser, chosen && styles.chosen)}>
      <FileTree run={run} files={data.files} path={path} />
      <section className={styles.preview} aria-label={chosen?.name ?? t("runs.files.choose")}>
        {chosen ? <Chosen run={run} file={chosen} /> : <p className={styles.note}>{t("runs.files.choose")}</p>}
      </section>
    </div>
  );
}

function FileTree({ run, files, path }: { run: RunDetail; files: readonly StoredFile[]; path: string }) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => {
    const words = query.toLowerCase();
    const found = words ? files.filter(({ name }) => name.toLowerCase().includes(words)) : files;
    return fileRows(found, words ? new Set() : folded);
  }, [files, query, folded]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const toggle = (folder: string) =>
    setFolded((now) => {
      const next = new Set(now);
      if (!next.delete(folder)) next.add(folder);
      return next;
    });
  return (
    <nav className={styles.tree} aria-label={t("runs.files.label")}>
      <div className={styles.find}>
        <Input
          type="search"
          value={query}
          placeholder={t("runs.files.find")}
          aria-label={t("runs.files.find")}
          onChange={(event) => setQuery(event.target.value)}
        />
        <span className={styles.count}>{t("runs.files.count", { count: files.length })}</span>
      </div>
      {rows.length === 0 && <p className={styles.note}>{t("runs.files.noMatch")}</p>}
      <div ref={scroller} className={styles.scroller}>
        <ul className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <li key={key} className={styles.slot} style={{ transform: `translateY(${start}px)` }}>
                <TreeRow
                  run={run}
                  row={row}
                  open={!folded.has(row.path)}
                  current={row.path === path}
                  onToggle={toggle}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </nav>
  );
}

interface TreeRowProps {
  run: RunDetail;
  row: FileRow;
  open: boolean;
  current: boolean;
  onToggle: (folder: string) => void;
}

function TreeRow({ run, row, open, current, onToggle }: TreeRowProps) {
  const inset = { paddingInlineStart: 10 + row.depth * 14 };
  const size = <span className={styles.size}>{formatBytes(row.sizeBytes)}</span>;
  if (row.kind === "folder")
    return (
      <button
        type="button"
        className={styles.row}
        style={inset}
        aria-expanded={open}
        onClick={() => onToggle(row.path)}
      >
        {open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
        <span className={styles.name}>{row.name}</span>
        {size}
      </button>
    );
  const to = `${runPath(run.entity, run.project, run.id, "files")}/${row.path.split("/").map(encodeURIComponent).join("/")}`;
  return (
    <Link
      to={to}
      className={cx(styles.row, current && styles.current)}
      style={inset}
      title={row.path}
      aria-current={current ? "page" : undefined}
    >
      <File aria-hidden />
      <span className={styles.name}>{row.name}</span>
      {size}
    </Link>
  );
}

function Chosen({ run, file }: { run: RunDetail; file: StoredFile }) {
  const { t } = useTranslation();
  return (
    <>
      <header className={styles.head}>
        <Link to={runPath(run.entity, run.project, run.id, "files")} className={styles.back}>
          <ArrowLeft aria-hidden /> {t("runs.files.up")}
        </Link>
        <h2 className={styles.fileName}>{file.name}</h2>
        <span className={styles.size}>{formatBytes(file.sizeBytes)}</span>
        <span className={styles.size}>
          <RelativeTime at={file.updatedAt} />
        </span>
        <a href={file.url} download={file.name.split("/").at(-1)} className={cx(buttonClass({ size: "small" }))}>
          <Download aria-hidden />
          {t("runs.files.download")}
        </a>
      </header>
      <FilePreview key={file.name} file={file} />
    </>
  );
}
