import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { StoredFile, TableSource } from "@/api/contract";
import { fetchStored } from "@/api/stored";
import { TableViewer } from "@/domains/tables/table-viewer";
import { readCsv } from "@/lib/csv";
import { formatBytes } from "@/lib/number";
import { Object3DView } from "@/panels/object3d/object3d-view";
import { DataGrid } from "@/panels/table/data-grid";
import { readTable } from "@/panels/table/rows";
import { ErrorState } from "@/ui/error-state";
import { Markdown } from "@/ui/markdown";
import { SkeletonRows } from "@/ui/skeleton";
import { ValueTree } from "@/ui/value-tree";
import styles from "./file-browser.module.css";
import { type Preview, previewOf } from "./file-tree";

const LIMIT_BYTES: Record<NonNullable<Preview>, number> = {
  image: 50e6,
  // played as they come
  audio: Number.POSITIVE_INFINITY,
  video: Number.POSITIVE_INFINITY,
  html: Number.POSITIVE_INFINITY,
  // it looks at the size itself
  object3D: Number.POSITIVE_INFINITY,
  json: 5e6,
  table: 20e6,
  csv: 5e6,
  tsv: 5e6,
  markdown: 1e6,
  text: 1e6,
};
const ROWS = 1000;
type Written = Exclude<Preview, "image" | "audio" | "video" | "html" | "object3D" | null>;

interface FilePreviewProps {
  file: StoredFile;
  /** where the server finds the file, should it be a table */
  table?: TableSource;
}

/** The file itself, as far as it can be shown without running anything of it. */
export function FilePreview({ file, table }: FilePreviewProps) {
  const { t } = useTranslation();
  const kind = previewOf(file);
  if (kind === "table" && table) return <TableViewer source={table} />;
  if (kind === null) return <p className={styles.note}>{t("runs.files.noPreview")}</p>;
  if (file.sizeBytes > LIMIT_BYTES[kind])
    return <p className={styles.note}>{t("runs.files.tooLarge", { size: formatBytes(file.sizeBytes) })}</p>;
  if (kind === "image") return <img className={styles.image} src={file.url} alt={file.name} />;
  // biome-ignore lint/a11y/useMediaCaption: what people logged brings no captions along
  if (kind === "audio") return <audio className={styles.sound} src={file.url} aria-label={file.name} controls />;
  // biome-ignore lint/a11y/useMediaCaption: what people logged brings no captions along
  if (kind === "video") return <video className={styles.image} src={file.url} aria-label={file.name} controls />;
  // scripts of the page run without our origin: they reach neither the session nor this page
  if (kind === "html")
    return <iframe className={styles.page} src={file.url} sandbox="allow-scripts" title={file.name} />;
  if (kind === "object3D")
    return (
      <div className={styles.object}>
        <Object3DView url={file.url} name={file.name} />
      </div>
    );
  return <TextPreview file={file} kind={kind} />;
}

function TextPreview({ file, kind }: { file: StoredFile; kind: Written }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["stored-text", file.url.split("?")[0], file.md5, file.updatedAt],
    queryFn: async ({ signal }) => (await fetchStored(file.url, signal)).text(),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={8} />;
  return <Shown text={data} kind={kind} name={file.name} />;
}

function Shown({ text, kind, name }: { text: string; kind: Written; name: string }) {
  const { t } = useTranslation();
  if (kind === "markdown") return <Markdown text={text} />;
  if (kind === "csv" || kind === "tsv") {
    const [columns = [], ...rows] = readCsv(text, kind === "csv" ? "," : "\t", ROWS + 1);
    return (
      <>
        {rows.length === ROWS && <p className={styles.note}>{t("runs.files.firstRows", { count: ROWS })}</p>}
        <DataGrid table={{ columns, rows }} label={name} />
      </>
    );
  }
  if (kind === "json" || kind === "table") {
    const json = parsed(text);
    const table = kind === "table" ? readTable(json) : null;
    if (table) return <DataGrid table={table} label={name} />;
    if (typeof json === "object" && json !== null)
      return <ValueTree tree={json as Record<string, unknown>} name={name} empty="{}" />;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre className={styles.text} tabIndex={0}>
      {text}
    </pre>
  );
}

/** Undefined for what only has the name of JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
