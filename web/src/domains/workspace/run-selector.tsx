import { useVirtualizer } from "@tanstack/react-virtual";
import { Eye, EyeOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunRow } from "@/api/contract";
import { highlightLine } from "@/chart/hover-sync";
import type { RunLook } from "@/domains/runs/run-colors";
import { cx } from "@/lib/class-names";
import { runPath } from "@/lib/paths";
import { ErrorState } from "@/ui/error-state";
import { IconButton } from "@/ui/icon-button";
import { Menu, MenuChoice, MenuSeparator } from "@/ui/menu";
import { useShortcut } from "@/ui/shortcuts";
import { SkeletonRows } from "@/ui/skeleton";
import { StateIcon } from "@/ui/state-icon";
import { type Choose, type EyeMode, FIRST_N_CHOICES, type WorkspaceChoices } from "./choices";
import { NameSearch, type Search } from "./name-search";
import styles from "./run-selector.module.css";
import type { RunList } from "./use-run-list";

const ROW_PX = 30;
const ORDERS = ["-created_at", "+created_at", "+display_name", "+state", "-heartbeat_at"] as const;

interface RunSelectorProps {
  list: RunList;
  search: Search;
  onSearch: (search: Search) => void;
  badRegex: boolean;
  visible: ReadonlySet<string>;
  looks: ReadonlyMap<string, RunLook>;
  choices: WorkspaceChoices;
  choose: Choose;
}

/** The runs of the project at the left of its charts, and which of them are drawn. */
export function RunSelector(props: RunSelectorProps) {
  const { list, search, onSearch, badRegex, visible, choices, choose } = props;
  const { t } = useTranslation();
  const count =
    list.matched === list.total
      ? t("workspace.runs.countAll", { count: list.total })
      : t("workspace.runs.count", { matched: list.matched, total: list.total });
  return (
    <section className={styles.selector} aria-label={t("workspace.runs.label")}>
      <div className={styles.tools}>
        <NameSearch
          search={search}
          onSearch={onSearch}
          label={t("workspace.runs.find")}
          shortcut={["/", t("workspace.runs.keyFind")]}
          invalid={badRegex}
        />
        <EyesMenu choices={choices} choose={choose} />
      </div>
      <p className={styles.count}>
        <span>{count}</span>
        <span>{t("workspace.runs.visible", { count: visible.size })}</span>
      </p>
      {list.error ? (
        <div className={styles.failed}>
          <ErrorState error={list.error} onRetry={list.refetch} />
        </div>
      ) : list.pending ? (
        <div className={styles.failed}>
          <SkeletonRows rows={8} />
        </div>
      ) : list.rows.length === 0 ? (
        <p className={styles.none}>{t("workspace.runs.none_found")}</p>
      ) : (
        <Rows {...props} />
      )}
    </section>
  );
}

function EyesMenu({ choices, choose }: Pick<RunSelectorProps, "choices" | "choose">) {
  const { t } = useTranslation();
  const modes = [
    ...FIRST_N_CHOICES.map((count) => ({ value: `first ${count}`, label: t("workspace.runs.first", { count }) })),
    { value: "all", label: t("workspace.runs.all") },
    { value: "none", label: t("workspace.runs.none") },
  ];
  const now = choices.eyes === "first" ? `first ${choices.firstN}` : choices.eyes;
  const setMode = (value: string) => {
    const [eyes, firstN] = value.split(" ");
    choose({ eyes: eyes as EyeMode, flipped: [], ...(firstN && { firstN: Number(firstN) }) });
  };
  return (
    <Menu trigger={<IconButton label={t("workspace.runs.eyes")} icon={<Eye aria-hidden />} />}>
      <MenuChoice label={t("workspace.runs.mode")} value={now} options={modes} onChange={setMode} />
      <MenuSeparator />
      <MenuChoice
        label={t("workspace.runs.sort")}
        value={choices.order}
        options={ORDERS.map((value) => ({ value: value as string, label: t(`workspace.runs.orders.${value}`) }))}
        onChange={(order) => choose({ order })}
      />
    </Menu>
  );
}

function Rows({ list, visible, looks, choose }: RunSelectorProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(-1);
  const { rows, more } = list;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 40) more();
  }, [last, rows.length, more]);

  const go = (to: number) => {
    const next = Math.min(Math.max(to, 0), rows.length - 1);
    setAt(next);
    virtual.scrollToIndex(next);
    highlightLine(rows[next]?.id ?? null);
  };
  const toggle = (run: string) =>
    choose(({ flipped }) => ({
      flipped: flipped.includes(run) ? flipped.filter((one) => one !== run) : [...flipped, run],
    }));
  useShortcut("j", t("workspace.runs.keyNext"), () => go(at + 1));
  useShortcut("k", t("workspace.runs.keyPrevious"), () => go(at - 1));
  useShortcut("v", t("workspace.runs.keyEye"), () => {
    const run = rows[at];
    if (run) toggle(run.id);
  });

  return (
    <div ref={scroller} className={styles.scroller}>
      <ul className={styles.list} style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start, key }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <li
              key={key}
              className={cx(styles.row, index === at && styles.at)}
              style={{ transform: `translateY(${start}px)` }}
              onPointerEnter={() => highlightLine(row.id)}
              onPointerLeave={() => highlightLine(null)}
            >
              <Run row={row} shown={visible.has(row.id)} look={looks.get(row.id)} onToggle={() => toggle(row.id)} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface RunProps {
  row: RunRow;
  shown: boolean;
  look: RunLook | undefined;
  onToggle: () => void;
}

function Run({ row, shown, look, onToggle }: RunProps) {
  const { t } = useTranslation();
  const word = t(shown ? "workspace.runs.hide" : "workspace.runs.show", { title: row.title });
  return (
    <>
      <button type="button" className={cx(styles.eye, !shown && styles.off)} aria-label={word} onClick={onToggle}>
        {shown ? <Eye aria-hidden /> : <EyeOff aria-hidden />}
      </button>
      <span
        className={cx(styles.dot, !shown && styles.hollow)}
        style={{ "--dot": look?.color ?? "var(--faint)" } as React.CSSProperties}
      />
      <Link to={runPath(row.entity, row.project, row.id)} className={styles.name} title={`${row.title} · ${row.id}`}>
        {row.title}
      </Link>
      <StateIcon state={row.state} bare />
    </>
  );
}
