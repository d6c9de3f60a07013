import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type MouseEvent, type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ArtifactRow } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { formatBytes, formatInteger, formatNumber } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import { AliasChips, TagChips } from "../alias-chips";
import type { CollectionRef } from "../queries";
import { RunLink } from "../run-link";
import { type Choice, extend, toggle } from "./choice";
import { type Column, columnsWith, type FixedColumn, nextOrder, sortOf, template } from "./columns";
import { useVersionWindow } from "./use-version-window";
import styles from "./version-table.module.css";

const ROW_PX = 34;

interface VersionTableProps {
  place: CollectionRef;
  asked: { find: string; order: string; metadata: readonly string[] };
  count: number;
  canWrite: boolean;
  choice: Choice;
  onChoice: (choice: Choice) => void;
  onChooseAll: () => void;
  onOrder: (order: string) => void;
}

/** The versions of one collection, however many: only those on the screen are in the page, and asked for. */
export function VersionTable(props: VersionTableProps) {
  const { place, asked, count, canWrite, choice, onChoice, onChooseAll, onOrder } = props;
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const rowAt = useVersionWindow(place, asked, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  const columns = columnsWith(asked.metadata);
  const grid = { gridTemplateColumns: template(columns, canWrite) };
  const choose = (event: MouseEvent, row: ArtifactRow, index: number) =>
    onChoice(event.shiftKey ? extend(choice, index, (at) => rowAt(at)?.version) : toggle(choice, row.version, index));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={scroller} className={styles.scroller} aria-label={t("artifacts.versions")} tabIndex={0}>
      <table className={styles.table} aria-rowcount={count + 1} aria-colcount={columns.length + Number(canWrite)}>
        <thead className={styles.head}>
          <tr aria-rowindex={1} className={styles.row} style={grid}>
            {canWrite && (
              <th scope="col" className={styles.check}>
                <input
                  type="checkbox"
                  aria-label={t("artifacts.list.selectAll")}
                  checked={choice.names.size > 0 && choice.names.size >= count}
                  ref={(box) => {
                    if (box) box.indeterminate = choice.names.size > 0 && choice.names.size < count;
                  }}
                  onChange={onChooseAll}
                />
              </th>
            )}
            {columns.map((column) =>
              column.id === "metadata" ? (
                <th
                  key={`metadata ${column.key}`}
                  scope="col"
                  className={cx(styles.cell, styles.headCell)}
                  title={column.key}
                >
                  <span className={styles.clip}>{column.key}</span>
                </th>
              ) : (
                <HeadCell key={column.id} column={column} order={asked.order} onOrder={onOrder}>
                  {t(`artifacts.${column.id}`)}
                </HeadCell>
              ),
            )}
          </tr>
        </thead>
        <tbody className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rowAt(index);
            return (
              <tr
                key={index}
                aria-rowindex={index + 2}
                className={cx(styles.row, styles.slot, row && choice.names.has(row.version) && styles.chosen)}
                style={{ ...grid, transform: `translateY(${start}px)` }}
              >
                {canWrite && (
                  <td className={styles.check}>
                    {row && (
                      <input
                        type="checkbox"
                        aria-label={t("artifacts.list.select", { name: row.version })}
                        checked={choice.names.has(row.version)}
                        onClick={(event) => choose(event, row, index)}
                        readOnly
                      />
                    )}
                  </td>
                )}
                {columns.map((column) =>
                  column.id === "metadata" ? (
                    <td key={`metadata ${column.key}`} className={styles.cell}>
                      {row && <MetadataCell value={row.metadata?.[column.key]} />}
                    </td>
                  ) : (
                    <td key={column.id} className={cx(styles.cell, "numeric" in column && styles.numeric)}>
                      {row ? <Cell id={column.id} row={row} /> : <span className={styles.waiting} />}
                    </td>
                  ),
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

interface HeadCellProps {
  column: Column;
  order: string;
  onOrder: (order: string) => void;
  children: ReactNode;
}

function HeadCell({ column, order, onOrder, children }: HeadCellProps) {
  const by = column.order;
  const sort = by && sortOf(order, by.name);
  const Arrow = sort === "ascending" ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      className={cx(styles.cell, styles.headCell, column.numeric && styles.numeric)}
      {...(sort && { "aria-sort": sort })}
    >
      {by ? (
        <button type="button" onClick={() => onOrder(nextOrder(order, by))}>
          {children}
          {sort !== "none" && <Arrow aria-hidden />}
        </button>
      ) : (
        children
      )}
    </th>
  );
}

function Cell({ id, row }: { id: FixedColumn; row: ArtifactRow }) {
  switch (id) {
    case "version":
      return (
        <Link
          className={styles.version}
          to={artifactPath(row.entity, row.project, row.type, row.collection, row.version)}
        >
          {row.version}
        </Link>
      );
    case "aliases":
      return (
        <span className={styles.chips}>
          <AliasChips aliases={row.aliases} />
        </span>
      );
    case "tags":
      return (
        <span className={styles.chips}>
          <TagChips tags={row.tags} />
        </span>
      );
    case "created":
      return <RelativeTime at={row.createdAt} />;
    case "size":
      return <>{formatBytes(row.sizeBytes)}</>;
    case "files":
      return <>{formatInteger(row.fileCount)}</>;
    case "run":
      return row.createdByRun && <RunLink run={row.createdByRun} entity={row.entity} project={row.project} />;
    case "expires":
      return row.expiresAt && <RelativeTime at={row.expiresAt} />;
  }
}

/** A value of metadata: a number short, with all of it in its title. */
function MetadataCell({ value }: { value: unknown }) {
  if (value === undefined || value === null) return null;
  const text = typeof value === "number" ? formatNumber(value) : String(value);
  return (
    <span className={cx(styles.clip, typeof value === "number" && styles.code)} title={String(value)}>
      {text}
    </span>
  );
}

/** Said of what is not there to be used: still on its way, or gone. */
export function VersionState({ state }: Pick<ArtifactRow, "state">) {
  const { t } = useTranslation();
  return <Badge tone={state === "DELETED" ? "bad" : "warn"}>{t(`artifacts.state.${state}`)}</Badge>;
}
