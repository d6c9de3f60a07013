import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { exactNumber, formatNumber } from "@/lib/number";
import { findLeaves, leafText, type TreeRow, treeRows } from "@/lib/value-tree";
import { CopyButton } from "./copy-button";
import { Input } from "./field";
import styles from "./value-tree.module.css";

interface ValueTreeProps {
  tree: Record<string, unknown>;
  /** names the search box and the copy button */
  name: string;
  empty: string;
}

// beyond this the browser labours; a search finds the rest
const ROWS = 1000;

/** Nested keys and values: folds, searches by key and value, copies a value or all of it. */
export function ValueTree({ tree, name, empty }: ValueTreeProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => {
    const words = query.toLowerCase();
    return words ? findLeaves(tree, (text) => text.toLowerCase().includes(words)) : treeRows(tree, folded);
  }, [tree, query, folded]);
  const toggle = (path: string) =>
    setFolded((now) => {
      const next = new Set(now);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  if (Object.keys(tree).length === 0) return <p className={styles.none}>{empty}</p>;
  return (
    <div className={styles.box}>
      <div className={styles.tools}>
        <Input
          type="search"
          value={query}
          placeholder={t("common.findKeys")}
          aria-label={`${t("common.findKeys")} · ${name}`}
          onChange={(event) => setQuery(event.target.value)}
        />
        <CopyButton text={JSON.stringify(tree, null, 2)} name={`${t("common.copyJson")} · ${name}`} />
      </div>
      <dl className={styles.tree}>
        {rows.slice(0, ROWS).map((row) => (
          <Row key={row.path} row={row} folded={folded.has(row.path)} onToggle={() => toggle(row.path)} />
        ))}
      </dl>
      {rows.length === 0 && <p className={styles.none}>{t("common.noKeys")}</p>}
      {rows.length > ROWS && <p className={styles.none}>{t("common.firstOf", { shown: ROWS, count: rows.length })}</p>}
    </div>
  );
}

function Row({ row, folded, onToggle }: { row: TreeRow; folded: boolean; onToggle: () => void }) {
  const inset = { paddingInlineStart: 8 + row.depth * 16 };
  if (row.entries !== null)
    return (
      <div className={styles.row}>
        <dt style={inset}>
          <button type="button" className={styles.fold} aria-expanded={!folded} onClick={onToggle}>
            {folded ? <ChevronRight aria-hidden /> : <ChevronDown aria-hidden />}
            {row.key}
          </button>
        </dt>
        <dd className={styles.count}>{row.entries}</dd>
      </div>
    );
  const number = typeof row.value === "number";
  const text = leafText(row.value);
  return (
    <div className={styles.row}>
      <dt style={inset} className={styles.key}>
        {row.key}
      </dt>
      <dd className={cx(styles.value, typeof row.value !== "string" && styles.plain)}>
        <span title={number ? exactNumber(row.value as number) : undefined}>
          {number ? formatNumber(row.value as number) : text}
        </span>
        <span className={styles.copy}>
          <CopyButton text={number ? exactNumber(row.value as number) : text} name={row.key} />
        </span>
      </dd>
    </div>
  );
}
