import { ChevronDown, ChevronRight, File, FileSymlink, Folder, FolderOpen } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cx } from "@/lib/class-names";
import { formatBytes, formatCount } from "@/lib/number";
import { offsetOf, RowList, rowStyles, useRowList } from "@/ui/row-list";
import { Skeleton } from "@/ui/skeleton";
import styles from "./file-tree.module.css";
import { baseName, type FileRow, parentOf } from "./tree-rows";

const ROW_PX = 28;

interface FileTreeProps {
  label: string;
  rows: readonly FileRow[];
  /** the chosen file or folder, or "" */
  path: string;
  linkTo: (path: string) => string;
  onToggle: (folder: string) => void;
  /** reads on in a folder, or tries again */
  onMore: (folder: string) => void;
  /** whole paths instead of last parts, for what a search found */
  wholePaths?: boolean;
}

/** Files and folders, drawn as far as they show. Arrows move, right and left open and close, Enter chooses. */
export function FileTree({ label, rows, path, linkTo, onToggle, onMore, wholePaths = false }: FileTreeProps) {
  const chosen = rows.findIndex((row) => row.path === path && (row.kind === "file" || row.kind === "folder"));
  // the row that the Tab key reaches
  const [active, setActive] = useState<string | null>(null);
  const at = Math.max(0, active === null ? chosen : rows.findIndex((row) => keyOf(row) === active));
  const list = useRowList({ count: rows.length, rowPx: ROW_PX });
  const { scroller, virtual } = list;
  // a copied address begins with its file in sight, as soon as the way to it was read
  const sought = useRef(path);
  useEffect(() => {
    if (sought.current === "" || sought.current !== path || chosen < 0) return;
    sought.current = "";
    virtual.scrollToOffset(offsetOf(chosen, ROW_PX));
  }, [chosen, path, virtual]);
  const focus = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setActive(keyOf(row));
    virtual.scrollToIndex(index);
    // the row may have to be drawn first
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const isFolder = row.kind === "folder";
    switch (event.key) {
      case "ArrowDown":
        focus(Math.min(rows.length - 1, at + 1));
        break;
      case "ArrowUp":
        focus(Math.max(0, at - 1));
        break;
      case "Home":
        focus(0);
        break;
      case "End":
        focus(rows.length - 1);
        break;
      case "ArrowRight":
        if (isFolder && !row.open) onToggle(row.path);
        else focus(Math.min(rows.length - 1, at + 1));
        break;
      case "ArrowLeft":
        if (isFolder && row.open) onToggle(row.path);
        else
          focus(
            Math.max(
              0,
              rows.findIndex((one) => one.kind === "folder" && one.path === parentOf(row.path)),
            ),
          );
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <RowList list={list} tree={{ label, onKeyDown }}>
      {(index) => {
        const row = rows[index];
        return (
          row && (
            <Row
              row={row}
              index={index}
              focusable={index === at}
              current={row.path === path}
              to={linkTo(row.path)}
              name={wholePaths ? row.path : baseName(row.path)}
              onFocus={() => setActive(keyOf(row))}
              onToggle={onToggle}
              onMore={onMore}
            />
          )
        );
      }}
    </RowList>
  );
}

const keyOf = ({ kind, path }: FileRow): string => `${kind} ${path}`;

interface RowProps {
  row: FileRow;
  index: number;
  focusable: boolean;
  current: boolean;
  to: string;
  name: string;
  onFocus: () => void;
  onToggle: (folder: string) => void;
  onMore: (folder: string) => void;
}

function Row({ row, index, focusable, current, to, name, onFocus, onToggle, onMore }: RowProps) {
  const { t } = useTranslation();
  const inset = { paddingInlineStart: 8 + row.depth * 14 };
  const item = {
    role: "treeitem",
    "aria-level": row.depth + 1,
    "aria-selected": current && (row.kind === "folder" || row.kind === "file"),
    "data-row": index,
    tabIndex: focusable ? 0 : -1,
    style: inset,
    onFocus,
  } as const;
  const shown = name || t("artifacts.tree.unnamed");
  switch (row.kind) {
    case "folder":
      return (
        <Link
          {...item}
          to={to}
          className={rowStyles.row(current)}
          title={row.path}
          aria-expanded={row.open}
          onClick={(event) => {
            if (!event.metaKey && !event.ctrlKey && !(row.open && !current)) onToggle(row.path);
          }}
        >
          {row.open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
          {row.open ? <FolderOpen aria-hidden /> : <Folder aria-hidden />}
          <span className={rowStyles.name}>{shown}</span>
          {row.folder.fileCount !== null && (
            <span className={rowStyles.figure}>{formatCount(row.folder.fileCount)}</span>
          )}
        </Link>
      );
    case "file":
      return (
        <Link {...item} to={to} className={cx(rowStyles.row(current), styles.file)} title={row.path}>
          {row.file.ref === null ? <File aria-hidden /> : <FileSymlink aria-hidden />}
          <span className={rowStyles.name}>{shown}</span>
          <span className={rowStyles.figure}>{formatBytes(row.file.sizeBytes)}</span>
        </Link>
      );
    case "waiting":
      return (
        <div {...item} className={rowStyles.row()}>
          <span className="visually-hidden">{t("common.loading")}</span>
          <Skeleton width="60%" height={10} />
        </div>
      );
    default:
      return (
        <button {...item} type="button" className={cx(rowStyles.row(), styles.more)} onClick={() => onMore(row.path)}>
          {row.kind === "failed" ? (
            <>
              <span className={styles.failed}>{t("artifacts.tree.failed")}</span> {t("common.retry")}
            </>
          ) : (
            t("artifacts.tree.more")
          )}
        </button>
      );
  }
}
