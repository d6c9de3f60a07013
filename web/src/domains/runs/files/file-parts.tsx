/** The parts of a view of files: a tree to choose from, beside it the chosen file under its head. */
import { ArrowLeft, ChevronDown, ChevronRight, Download, File } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cx } from "@/lib/class-names";
import { formatBytes } from "@/lib/number";
import { buttonClass } from "@/ui/button";
import { Input } from "@/ui/field";
import { RowList, rowStyles, useRowList } from "@/ui/row-list";
import styles from "./file-browser.module.css";
import { type FileRow, fileRows, type NamedFile } from "./file-tree";

const ROW_PX = 28;

/** Tree and file side by side; on a small screen the file alone once one is chosen. */
export const FileSplit = ({
  tree,
  label,
  chosen,
  children,
}: {
  tree: ReactNode;
  label: string;
  chosen: boolean;
  children: ReactNode;
}) => (
  <div className={cx(styles.browser, chosen && styles.chosen)}>
    {tree}
    <section className={styles.preview} aria-label={label}>
      {children}
    </section>
  </div>
);

/** A line in place of a preview: nothing chosen, no preview, too large. */
export const FileNote = ({ children }: { children: ReactNode }) => <p className={styles.note}>{children}</p>;

interface FileTreeProps {
  label: string;
  files: readonly NamedFile[];
  /** how many there are, in words */
  count: string;
  /** the name of the chosen file, or "" */
  path: string;
  linkTo: (name: string) => string;
  /** told what is searched for, by who has to load more to search in */
  onQuery?: (query: string) => void;
  /** below the rows */
  foot?: ReactNode;
}

/** Files as folders that open and close, with a search over whole names. Draws only what shows. */
export function FileTree({ label, files, count, path, linkTo, onQuery, foot }: FileTreeProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => {
    const words = query.toLowerCase();
    const found = words ? files.filter(({ name }) => name.toLowerCase().includes(words)) : files;
    return fileRows(found, words ? new Set() : folded);
  }, [files, query, folded]);
  // a copied address begins with its file in sight
  const beginAt = rows.findIndex((row) => row.path === path);
  const list = useRowList({ count: rows.length, rowPx: ROW_PX, beginAt });
  const toggle = (folder: string) =>
    setFolded((now) => {
      const next = new Set(now);
      if (!next.delete(folder)) next.add(folder);
      return next;
    });
  return (
    <nav className={styles.tree} aria-label={label}>
      <div className={styles.find}>
        <Input
          type="search"
          value={query}
          placeholder={t("runs.files.find")}
          aria-label={t("runs.files.find")}
          onChange={(event) => {
            setQuery(event.target.value);
            onQuery?.(event.target.value);
          }}
        />
        <span className={styles.count}>{count}</span>
      </div>
      {rows.length === 0 && <p className={styles.note}>{t("runs.files.noMatch")}</p>}
      <RowList list={list}>
        {(index) => {
          const row = rows[index];
          return (
            row && (
              <TreeRow
                row={row}
                to={linkTo(row.path)}
                open={!folded.has(row.path)}
                current={row.path === path}
                onToggle={toggle}
              />
            )
          );
        }}
      </RowList>
      {foot}
    </nav>
  );
}

interface TreeRowProps {
  row: FileRow;
  to: string;
  open: boolean;
  current: boolean;
  onToggle: (folder: string) => void;
}

function TreeRow({ row, to, open, current, onToggle }: TreeRowProps) {
  const inset = { paddingInlineStart: 10 + row.depth * 14 };
  const size = <span className={rowStyles.figure}>{formatBytes(row.sizeBytes)}</span>;
  if (row.kind === "folder")
    return (
      <button
        type="button"
        className={rowStyles.row()}
        style={inset}
        aria-expanded={open}
        onClick={() => onToggle(row.path)}
      >
        {open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
        <span className={rowStyles.name}>{row.name}</span>
        {size}
      </button>
    );
  return (
    <Link
      to={to}
      className={rowStyles.row(current)}
      style={inset}
      title={row.path}
      aria-current={current ? "page" : undefined}
    >
      <File aria-hidden />
      <span className={rowStyles.name}>{row.name}</span>
      {size}
    </Link>
  );
}

interface FileHeadProps {
  name: string;
  sizeBytes: number;
  /** the address of the tree, for small screens */
  upTo: string;
  /** null: there is nothing to fetch */
  url: string | null;
  children?: ReactNode;
}

/** The name and size of the chosen file, and its download. */
export function FileHead({ name, sizeBytes, upTo, url, children }: FileHeadProps) {
  const { t } = useTranslation();
  return (
    <header className={styles.head}>
      <Link to={upTo} className={styles.back}>
        <ArrowLeft aria-hidden /> {t("runs.files.up")}
      </Link>
      <h2 className={styles.fileName}>{name}</h2>
      <span className={styles.size}>{formatBytes(sizeBytes)}</span>
      {children && <span className={styles.size}>{children}</span>}
      {url !== null && (
        <a href={url} download={name.split("/").at(-1)} className={buttonClass({ size: "small" })}>
          <Download aria-hidden />
          {t("runs.files.download")}
        </a>
      )}
    </header>
  );
}
