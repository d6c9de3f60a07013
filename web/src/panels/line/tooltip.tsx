import { useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { highlightedLine } from "@/chart/hover-sync";
import type { LineSeries } from "@/chart/series";
import type { AxisKind } from "@/chart/ticks";
import { cx } from "@/lib/class-names";
import { formatInteger, formatNumber } from "@/lib/number";
import { formatAbsolute, formatDuration } from "@/lib/time";
import { LineSample } from "./line-sample";
import type { Hover, LineChart } from "./render";
import styles from "./tooltip.module.css";

const ROWS = 12;
const OFFSET_PX = 14;
const WIDTH_PX = 300;

interface TooltipProps {
  chart: LineChart;
  series: readonly LineSeries[];
  xKind: AxisKind;
  xKey: string;
}

/** The values at the crosshair, greatest first; also spoken politely when the crosshair is moved by keys. */
export function LineTooltip({ chart, series, xKind, xKey }: TooltipProps) {
  const hover = useSyncExternalStore(chart.onHover, chart.getHover);
  const { t } = useTranslation();
  if (!hover || hover.hits.length === 0) return null;
  const rows = shownRows(hover);
  const more = hover.hits.length - rows.length;
  const at = hover.nearest?.x ?? hover.hits[0]?.x ?? hover.x;
  return createPortal(
    <div className={styles.tooltip} style={placeOf(hover, rows.length)} role="status" aria-live="polite">
      <p className={styles.at}>
        {xKind === "number" && <span>{xKey === "_step" ? t("charts.x._step") : xKey}</span>} {formatX(at, xKind)}
      </p>
      {rows.map((hit) => {
        const line = series[hit.series];
        if (!line) return null;
        const raw = line.columns.last[hit.point] as number;
        return (
          <p key={line.id} className={cx(styles.row, line.id === highlightedLine() && styles.near)}>
            <LineSample color={line.color} dash={line.dash} />
            <span className={styles.name}>{line.label}</span>
            <span className={styles.value}>{formatNumber(hit.y)}</span>
            {line.smooth && <span className={styles.raw}>{formatNumber(raw)}</span>}
          </p>
        );
      })}
      {more > 0 && <p className={styles.more}>{t("charts.more", { count: more })}</p>}
    </div>,
    document.body,
  );
}

/** The greatest values, but always with the line under the pointer among them. */
function shownRows({ hits, nearest }: Hover): Hover["hits"] {
  if (hits.length <= ROWS) return hits;
  const at = nearest ? hits.indexOf(nearest) : 0;
  const from = Math.min(Math.max(0, at - Math.floor(ROWS / 2)), hits.length - ROWS);
  return hits.slice(from, from + ROWS);
}

/** Beside the pointer, on the side that has room. */
function placeOf({ clientX, clientY }: Hover, rows: number): React.CSSProperties {
  const left = clientX + OFFSET_PX + WIDTH_PX < innerWidth ? clientX + OFFSET_PX : undefined;
  const height = 40 + rows * 18;
  const top = Math.max(8, Math.min(clientY + OFFSET_PX, innerHeight - height - 8));
  return left !== undefined ? { left, top } : { right: Math.max(8, innerWidth - clientX + OFFSET_PX), top };
}

function formatX(x: number, kind: AxisKind): string {
  if (kind === "time") return formatAbsolute(x * 1000);
  if (kind === "duration") return formatDuration(x);
  return Number.isInteger(x) ? formatInteger(x) : formatNumber(x);
}
