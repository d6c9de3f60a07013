import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Range } from "@/chart/extent";
import type { AxisKind } from "@/chart/ticks";
import { formatNumber } from "@/lib/number";
import { PanelFrame, type PanelFrameProps, PanelNote } from "../frame/panel-frame";
import { buildScene, buildSeries, hasPoints, type LineInput, lastValue } from "./build";
import { useChartTheme } from "./chart-theme";
import { attachPointer } from "./interact";
import { Legend } from "./legend";
import styles from "./line-chart.module.css";
import { LineChart } from "./render";
import type { LineSpec } from "./spec";
import { LineTooltip } from "./tooltip";

export interface LinePanelProps
  extends Pick<PanelFrameProps, "title" | "badge" | "actions" | "busy" | "full" | "onFull"> {
  lines: readonly LineInput[];
  spec: LineSpec;
  /** the history key on x: charts with the same one share their crosshair */
  xKey: string;
  xKind: AxisKind;
  zoom: Range | null;
  onZoom: (zoom: Range | null) => void;
  /** told when the width in CSS pixels changes: the server is asked for as many buckets */
  onWidth?: (width: number) => void;
  /** what went wrong with some or all lines */
  error?: string | null;
  onPick?: (id: string) => void;
}

/** One chart of lines. Everything that is drawn comes in as typed arrays; nothing is fetched here. */
export function LinePanel(props: LinePanelProps) {
  const { lines, spec, xKind, zoom, error, busy = false, ...rest } = props;
  const { t } = useTranslation();
  const theme = useChartTheme();
  const series = useMemo(() => buildSeries(lines, spec), [lines, spec]);
  const scene = useMemo(() => buildScene({ series, spec, xKind, zoom, theme }), [series, spec, xKind, zoom, theme]);
  const waiting = busy && lines.every(({ columns }) => columns === null);
  return (
    <PanelFrame {...rest} busy={busy} resetKey={spec}>
      {scene ? (
        <Plot {...props} scene={scene} />
      ) : error ? (
        <PanelNote bad>{error}</PanelNote>
      ) : (
        <Waiting onWidth={props.onWidth}>{waiting ? null : t("charts.noData")}</Waiting>
      )}
      {scene && error && <p className={styles.partial}>{error}</p>}
    </PanelFrame>
  );
}

/** Holds the place of the chart, and measures it, so that the first question already asks for the right width. */
function Waiting({ onWidth, children }: { onWidth: LinePanelProps["onWidth"]; children: React.ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useWidth(place, onWidth);
  return (
    <div ref={place} className={styles.waiting}>
      {children && <PanelNote>{children}</PanelNote>}
    </div>
  );
}

function Plot(props: LinePanelProps & { scene: NonNullable<ReturnType<typeof buildScene>> }) {
  const { scene, lines, xKey, xKind, onZoom, onWidth, title, zoom } = props;
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<LineChart | null>(null);
  const zoomed = useRef(onZoom);
  useEffect(() => {
    zoomed.current = onZoom;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chart lives as long as its element; `show` follows the rest
  useEffect(() => {
    const element = host.current as HTMLDivElement;
    const made = new LineChart(element, xKey);
    const detach = attachPointer(element, made, (range) => zoomed.current(range));
    setChart(made);
    return () => {
      detach();
      made.destroy();
    };
  }, []);
  useEffect(() => chart?.show(scene, xKey), [chart, scene, xKey]);
  useWidth(host, onWidth);

  return (
    <>
      <div
        ref={host}
        className={styles.chart}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the crosshair
        tabIndex={0}
        role="img"
        aria-label={summary(title, lines, t("charts.summary", { title, count: scene.series.length }))}
        data-zoomed={zoom ? "" : undefined}
      />
      <Legend lines={lines} />
      {chart && <LineTooltip chart={chart} series={scene.series} xKind={xKind} xKey={xKey} />}
    </>
  );
}

const SPOKEN = 6;

/** What the picture shows, for those who do not see it. */
const summary = (title: string, lines: readonly LineInput[], sentence: string): string => {
  const values = lines
    .filter(hasPoints)
    .slice(0, SPOKEN)
    .map((line) => `${line.label || title} ${formatNumber(lastValue(line))}`);
  return `${sentence} ${values.join(", ")}`;
};

function useWidth(ref: React.RefObject<HTMLElement | null>, onWidth: ((width: number) => void) | undefined): void {
  useEffect(() => {
    const element = ref.current;
    if (!element || !onWidth) return;
    const observer = new ResizeObserver(() => onWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, onWidth]);
}
