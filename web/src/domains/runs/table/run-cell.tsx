import { Link } from "react-router";
import type { RunRow } from "@/api/contract";
import { exactNumber, formatNumber } from "@/lib/number";
import { runColor } from "@/lib/palette";
import { projectPath, runPath } from "@/lib/paths";
import { useAppearance } from "@/lib/theme";
import { formatDuration } from "@/lib/time";
import { leafText } from "@/lib/value-tree";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import { StateIcon } from "@/ui/state-icon";
import { type Column, cellOf } from "./columns";
import styles from "./run-grid.module.css";

/** One value of one run, drawn by what its column holds; `tabIndex` is that of its links. */
export function RunCell({ row, column, tabIndex }: { row: RunRow; column: Column; tabIndex: number }) {
  if (column.kind !== "run") return <Value value={cellOf(row, column)} />;
  switch (column.key) {
    case "title":
      return <Name row={row} tabIndex={tabIndex} />;
    case "state":
      return <StateIcon state={row.state} />;
    case "createdAt":
      return <RelativeTime at={row.createdAt} />;
    case "heartbeatAt":
      return <RelativeTime at={row.heartbeatAt} />;
    case "durationSeconds":
      return row.durationSeconds === null ? null : <span>{formatDuration(row.durationSeconds)}</span>;
    case "tags":
      return (
        <span className={styles.tags}>
          {row.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </span>
      );
    case "sweep":
      return row.sweep === null ? null : (
        <Link
          to={`${projectPath(row.entity, row.project, "sweeps")}/${encodeURIComponent(row.sweep)}`}
          tabIndex={tabIndex}
        >
          {row.sweep}
        </Link>
      );
    default:
      return <Value value={cellOf(row, column)} />;
  }
}

function Name({ row, tabIndex }: { row: RunRow; tabIndex: number }) {
  const theme = useAppearance((state) => state.theme);
  return (
    <>
      <span className={styles.dot} style={{ background: runColor(row.colorIndex, theme) }} aria-hidden />
      <Link
        to={runPath(row.entity, row.project, row.id)}
        className={styles.link}
        title={`${row.title} · ${row.id}`}
        tabIndex={tabIndex}
      >
        {row.title}
      </Link>
    </>
  );
}

const WORDS = new Set(["NaN", "Infinity", "-Infinity"]);

function Value({ value }: { value: unknown }) {
  if (value === undefined) return null;
  if (typeof value === "number") return <span title={exactNumber(value)}>{formatNumber(value)}</span>;
  // non-finite numbers travel as words
  const text = typeof value === "string" && WORDS.has(value) ? formatNumber(Number(value)) : leafText(value);
  return <span title={text}>{text}</span>;
}
