import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { TableCell, TableColumn } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { cellText, exactText, isSpecial, lineOf } from "./cell-value";
import styles from "./cells.module.css";
import { MediaCell } from "./media-cell";

interface CellProps {
  /** undefined: on its way */
  cell: TableCell | undefined;
  column: TableColumn;
  urls: Readonly<Record<string, string>>;
}

/** One cell of the grid: exact in its title, readable in its place. */
export const Cell = memo(function Cell({ cell, column, urls }: CellProps) {
  const { t } = useTranslation();
  if (cell === undefined) return <span className={styles.waiting} />;
  if (cell === null) return <span className={styles.null}>{t("tables.null")}</span>;
  if (isSpecial(cell) && cell.kind === "media") return <MediaCell value={cell.value} urls={urls} />;
  const line = lineOf(cell);
  if (line) return <Line numbers={line} title={exactText(cell, column)} />;
  const cut = isSpecial(cell) && "size" in cell && cell.size !== undefined;
  const title = exactText(cell, column);
  return (
    <span
      className={isSpecial(cell) && cell.kind === "json" ? styles.json : styles.text}
      title={cut ? t("tables.cut", { size: formatInteger(cell.size as number) }) : title}
    >
      {cellText(cell, column)}
      {cut && "…"}
    </span>
  );
});

/** A list of numbers as a line, with how many there are. */
function Line({ numbers, title }: { numbers: readonly number[]; title: string }) {
  const low = Math.min(...numbers);
  const height = Math.max(...numbers) - low || 1;
  const points = numbers.map((one, at) => `${(at / (numbers.length - 1)) * 100},${96 - ((one - low) / height) * 92}`);
  return (
    <span className={styles.line} title={title}>
      <svg className={styles.spark} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden>
        <polyline points={points.join(" ")} vectorEffect="non-scaling-stroke" />
      </svg>
      <span className={styles.count}>[{numbers.length}]</span>
    </span>
  );
}
