import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ArtifactTypes } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { formatCount } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { Input } from "@/ui/field";
import { useShortcut } from "@/ui/shortcuts";
import type { ArtifactAddress } from "./address";
import styles from "./collection-nav.module.css";
import { type NavRow, navRows } from "./collections";

const ROW_PX = 30;
const CONTEXT_PX = 6 * ROW_PX;

interface CollectionNavProps {
  entity: string;
  project: string;
  types: ArtifactTypes["types"];
  here: Pick<ArtifactAddress, "type" | "collection">;
}

/** All collections of a project under their types, to search and to open. Draws only what shows. */
export function CollectionNav({ entity, project, types, here }: CollectionNavProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => navRows(types, query, folded), [types, query, folded]);
  const scroller = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", t("artifacts.find"), () => input.current?.focus());
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    // a copied address begins with its collection in sight
    initialOffset: () => Math.max(0, rows.findIndex((row) => isHere(row, here)) * ROW_PX - CONTEXT_PX),
  });
  const toggle = (type: string) =>
    setFolded((now) => {
      const next = new Set(now);
      if (!next.delete(type)) next.add(type);
      return next;
    });
  return (
    <nav className={styles.nav} aria-label={t("artifacts.nav")}>
      <div className={styles.find}>
        <Input
          ref={input}
          type="search"
          value={query}
          placeholder={t("artifacts.find")}
          aria-label={t("artifacts.find")}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            setQuery("");
            event.currentTarget.blur();
          }}
        />
      </div>
      {rows.length === 0 && <p className={styles.note}>{t("artifacts.noMatch")}</p>}
      <div ref={scroller} className={styles.scroller}>
        <ul className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <li key={key} className={styles.slot} style={{ transform: `translateY(${start}px)` }}>
                <Row row={row} here={here} to={pathTo(entity, project, row)} onToggle={toggle} />
              </li>
            );
          })}
        </ul>
      </div>
    </nav>
  );
}

const pathTo = (entity: string, project: string, row: NavRow): string =>
  row.kind === "type"
    ? artifactPath(entity, project, row.type)
    : artifactPath(entity, project, row.type, row.collection.name);

const isHere = (row: NavRow, here: CollectionNavProps["here"]): boolean =>
  row.type === here.type && (row.kind === "type" ? null : row.collection.name) === here.collection;

interface RowProps {
  row: NavRow;
  here: CollectionNavProps["here"];
  to: string;
  onToggle: (type: string) => void;
}

function Row({ row, here, to, onToggle }: RowProps) {
  const { t } = useTranslation();
  const current = isHere(row, here);
  if (row.kind === "type")
    return (
      <div className={cx(styles.row, current && styles.current)}>
        <button
          type="button"
          className={styles.fold}
          aria-expanded={row.open}
          aria-label={row.type}
          onClick={() => onToggle(row.type)}
        >
          {row.open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
        </button>
        <Link to={to} className={styles.type} aria-current={current ? "page" : undefined}>
          {row.type}
        </Link>
        <span className={styles.count}>{formatCount(row.count)}</span>
      </div>
    );
  const { name, versionCount } = row.collection;
  return (
    <Link
      to={to}
      title={name}
      className={cx(styles.row, styles.collection, current && styles.current)}
      aria-current={current ? "page" : undefined}
    >
      <span className={styles.name}>{name}</span>{" "}
      <span className={styles.count}>
        <span aria-hidden>{formatCount(versionCount)}</span>
        <span className="visually-hidden">{t("artifacts.count", { count: versionCount })}</span>
      </span>
    </Link>
  );
}
