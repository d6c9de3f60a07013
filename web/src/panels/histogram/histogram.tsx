import { useTranslation } from "react-i18next";
import type { MediaItem } from "@/api/contract";
import { linearTicks, tickLabels } from "@/chart/ticks";
import { formatNumber } from "@/lib/number";
import { PanelNote } from "../frame/panel-frame";
import { binsOf } from "./bins";
import styles from "./histogram.module.css";

const TICKS = 7;

/** The bars of one step; each names its range and count on hover. */
export function Histogram({ item, title, color }: { item: MediaItem; title: string; color: string }) {
  const { t } = useTranslation();
  const bins = binsOf(item.value);
  if (!bins) return <PanelNote>{t("charts.media.unsupported", { type: String(item.value._type) })}</PanelNote>;
  const { edges, counts } = bins;
  const [low, high] = [edges[0] as number, edges.at(-1) as number];
  const most = Math.max(...counts, 1);
  const place = (value: number) => ((value - low) / (high - low || 1)) * 100;
  const ticks = linearTicks(low, high, TICKS);
  const labels = tickLabels(ticks, "number");
  return (
    <div className={styles.histogram} role="img" aria-label={t("charts.histogram.label", { title, step: item.step })}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" className={styles.bars} aria-hidden>
        {counts.map((count, index) => {
          const from = edges[index] as number;
          const to = edges[index + 1] as number;
          const height = (count / most) * 100;
          return (
            <rect
              key={from}
              x={place(from)}
              y={100 - height}
              width={Math.max(0, place(to) - place(from)) * 0.92}
              height={height}
              fill={color}
            >
              <title>{`${formatNumber(from)} – ${formatNumber(to)}: ${formatNumber(count)}`}</title>
            </rect>
          );
        })}
      </svg>
      <div className={styles.axis}>
        {ticks.map((tick, index) => (
          <span key={tick} style={{ left: `${place(tick)}%` }}>
            {labels[index]}
          </span>
        ))}
      </div>
    </div>
  );
}
