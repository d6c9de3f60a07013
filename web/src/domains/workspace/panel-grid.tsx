import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type RefObject, useCallback, useEffect, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Range } from "@/chart/extent";
import { useShortcut } from "@/ui/shortcuts";
import type { Choose, WorkspaceChoices } from "./choices";
import { type DrawnRun, LineView } from "./line-view";
import { MediaView } from "./media-views";
import styles from "./panel-grid.module.css";
import type { AutoPanel, Section } from "./sections";

interface PanelGridProps {
  sections: readonly Section[];
  runs: readonly DrawnRun[];
  choices: WorkspaceChoices;
  choose: Choose;
  /** a search is on: folded sections open, so that what was found is seen */
  searching: boolean;
  scroller: RefObject<HTMLElement | null>;
}

type GridRow =
  | { kind: "head"; section: Section; open: boolean }
  | { kind: "panels"; id: string; panels: readonly AutoPanel[] };

const HEAD_PX = 38;
const PANEL_PX = 272;
// about one screen above and below, so that scrolling meets charts that are drawn already
const OVERSCAN_ROWS = 3;
// the first sections stand open, the rest wait to be asked for
const OPEN_SECTIONS = 12;
// narrower panels than this show more axis than data
const PANEL_MIN_PX = 280;

/** All panels in sections. Only rows near the viewport exist, so only they fetch and draw. */
export function PanelGrid({ sections, runs, choices, choose, searching, scroller }: PanelGridProps) {
  const columns = useColumns(scroller, choices.columns);
  const [zooms, setZooms] = useState<ReadonlyMap<string, Range>>(new Map());
  const [full, setFull] = useFullPanel();
  const rows = useMemo(() => gridRows(sections, choices, columns, searching), [sections, choices, columns, searching]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === "head" ? HEAD_PX : PANEL_PX),
    getItemKey: (index) => rowKey(rows[index]),
    overscan: OVERSCAN_ROWS,
  });
  // sizes are asked for again when heads and rows have changed places
  // biome-ignore lint/correctness/useExhaustiveDependencies: `rows` is what makes them stale
  useEffect(() => virtual.measure(), [rows, virtual]);
  const setZoom = useCallback((key: string, zoom: Range | null) => {
    setZooms((now) => {
      const next = new Map(now);
      if (zoom) next.set(key, zoom);
      else next.delete(key);
      return next;
    });
  }, []);
  const view = (panel: AutoPanel, isFull: boolean, offScreen: boolean) => (
    <PanelView
      panel={panel}
      runs={runs}
      choices={choices}
      zoom={zooms.get(panel.key) ?? null}
      onZoom={setZoom}
      full={isFull}
      offScreen={offScreen}
      onFull={(on) => setFull(on ? panel.key : null)}
    />
  );
  const { startIndex: first, endIndex: last } = virtual.range ?? { startIndex: 0, endIndex: rows.length };
  const opened = full === null ? undefined : sections.flatMap(({ panels }) => panels).find(({ key }) => key === full);

  return (
    <div className={styles.grid} style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ index, start, key }) => {
        const row = rows[index];
        if (!row) return null;
        return (
          <div key={key} className={styles.row} style={{ transform: `translateY(${start}px)` }}>
            {row.kind === "head" ? (
              <SectionHead section={row.section} open={row.open} choose={choose} />
            ) : (
              <div className={styles.panels} style={{ "--columns": columns } as React.CSSProperties}>
                {row.panels.map((panel) => (
                  <div key={panel.key} className={styles.cell}>
                    {view(panel, false, index < first || index > last)}
                  </div>
                ))}
              </div>
            )}
          </div>
        );
      })}
      {opened && createPortal(<Full onLeave={() => setFull(null)}>{view(opened, true, false)}</Full>, document.body)}
    </div>
  );
}

const rowKey = (row: GridRow | undefined): string =>
  row === undefined ? "" : row.kind === "head" ? `head ${row.section.id}` : row.id;

function gridRows(
  sections: readonly Section[],
  { closed, opened }: WorkspaceChoices,
  columns: number,
  searching: boolean,
): GridRow[] {
  return sections.flatMap((section, at) => {
    const open = searching || opened.includes(section.id) || (at < OPEN_SECTIONS && !closed.includes(section.id));
    const rows: GridRow[] = [{ kind: "head", section, open }];
    if (!open) return rows;
    for (let from = 0; from < section.panels.length; from += columns) {
      const panels = section.panels.slice(from, from + columns);
      rows.push({ kind: "panels", id: `${section.id} ${panels[0]?.key}`, panels });
    }
    return rows;
  });
}

function SectionHead({ section, open, choose }: { section: Section; open: boolean; choose: Choose }) {
  const { t } = useTranslation();
  const name = "word" in section.name ? t(`workspace.panels.sections.${section.name.word}`) : section.name.prefix;
  const toggle = () =>
    choose(({ closed, opened }) =>
      open
        ? { closed: [...closed, section.id], opened: opened.filter((id) => id !== section.id) }
        : { closed: closed.filter((id) => id !== section.id), opened: [...opened, section.id] },
    );
  return (
    <h2 className={styles.head}>
      <button type="button" aria-expanded={open} onClick={toggle}>
        {open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
        <span className={styles.name}>{name}</span>
        <span className={styles.count}>{section.panels.length}</span>
      </button>
    </h2>
  );
}

interface PanelViewProps {
  panel: AutoPanel;
  runs: readonly DrawnRun[];
  choices: WorkspaceChoices;
  zoom: Range | null;
  onZoom: (key: string, zoom: Range | null) => void;
  full: boolean;
  offScreen: boolean;
  onFull: (full: boolean) => void;
}

function PanelView({ panel, runs, choices, zoom, onZoom, full, offScreen, onFull }: PanelViewProps) {
  const lines = useMemo(
    () => runs.map((run) => ({ run, key: panel.key, id: run.id, label: run.title, look: run.look })),
    [runs, panel.key],
  );
  if (panel.kind !== "line") return <MediaView panel={panel} runs={runs} full={full} onFull={onFull} />;
  return (
    <LineView
      title={panel.key}
      lines={lines}
      stepMetric={panel.xKey}
      spec={choices.line}
      zoom={zoom}
      onZoom={(next) => onZoom(panel.key, next)}
      full={full}
      offScreen={offScreen}
      onFull={onFull}
    />
  );
}

function Full({ onLeave, children }: { onLeave: () => void; children: React.ReactNode }) {
  const { t } = useTranslation();
  useShortcut("Escape", t("workspace.panels.leaveFull"), onLeave);
  return <div className={styles.full}>{children}</div>;
}

/** The panel that fills the screen is part of the address. */
function useFullPanel(): [string | null, (key: string | null) => void] {
  const [params, setParams] = useSearchParams();
  const setFull = (key: string | null) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (key === null) next.delete("panelDisplayName");
      else next.set("panelDisplayName", key);
      return next;
    });
  return [params.get("panelDisplayName"), setFull];
}

/** The chosen number of columns, or fewer where they would not fit. */
function useColumns(scroller: RefObject<HTMLElement | null>, chosen: number): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  return Math.max(1, Math.min(chosen, Math.floor(width / PANEL_MIN_PX)));
}
