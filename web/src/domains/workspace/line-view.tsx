import type { TFunction } from "i18next";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRow } from "@/api/contract";
import type { Range } from "@/chart/extent";
import { type SeriesRequest, seriesStore } from "@/domains/history/series-store";
import { useSeries } from "@/domains/history/use-series";
import type { RunLook } from "@/domains/runs/run-colors";
import { formatCount } from "@/lib/number";
import type { LineInput } from "@/panels/line/build";
import { LinePanel } from "@/panels/line/line-panel";
import { type LineSpec, xOf } from "@/panels/line/spec";
import { Button } from "@/ui/button";

export interface DrawnRun extends Pick<RunRow, "id" | "title" | "entity" | "project"> {
  look: RunLook;
}

/** One line of a chart: a key of a run. */
export interface DrawnLine {
  run: DrawnRun;
  key: string;
  id: string;
  label: string;
  look: RunLook;
}

interface LineViewProps {
  title: string;
  lines: readonly DrawnLine[];
  stepMetric: string | null;
  spec: LineSpec;
  zoom: Range | null;
  onZoom: (zoom: Range | null) => void;
  /** beyond the edge of the screen: others are asked for first */
  offScreen?: boolean;
  full?: boolean;
  onFull?: (full: boolean) => void;
}

const BUCKET_STEP = 100;
const BUCKETS_MIN = 200;
const BUCKETS_MAX = 1000;
const BUCKETS_FULL = 2000;
// lines run out of the picture instead of ending at its edge
const MARGIN = 0.02;

/** As many buckets as pixels, rounded up so that a small change of width is not a new question. */
export const bucketsFor = (width: number, full: boolean): number =>
  Math.min(Math.max(Math.ceil(width / BUCKET_STEP) * BUCKET_STEP, BUCKETS_MIN), full ? BUCKETS_FULL : BUCKETS_MAX);

/** A line chart that fetches its own series while it is mounted. */
export function LineView(props: LineViewProps) {
  const { title, lines, stepMetric, spec, zoom, onZoom, offScreen = false, full = false, onFull } = props;
  const { t } = useTranslation();
  const [buckets, setBuckets] = useState(0);
  const x = xOf(spec.xAxis, stepMetric);
  const drawn = useMemo(() => lines.slice(0, spec.maxRuns), [lines, spec.maxRuns]);
  const requests = useMemo(
    () => (buckets === 0 ? [] : drawn.map((line) => requestOf(line, x.key, buckets, zoom))),
    [drawn, x.key, buckets, zoom],
  );
  const states = useSeries(requests, offScreen ? 1 : 0);
  const inputs = useMemo(
    () =>
      drawn.map(({ id, label, look }, i): LineInput => ({ id, label, ...look, columns: states[i]?.columns ?? null })),
    [drawn, states],
  );
  const failed = states.filter(({ error }) => error !== null);
  const message = failed[0]?.error;
  const onWidth = useCallback((width: number) => setBuckets(bucketsFor(width, full)), [full]);
  const xName = (key: string) =>
    key === "_runtime" || key === "_timestamp" ? t(`charts.x.${key}`).toLowerCase() : key;
  return (
    <LinePanel
      title={title}
      lines={inputs}
      spec={spec}
      xKey={x.key}
      xKind={x.kind}
      zoom={zoom}
      onZoom={onZoom}
      onWidth={onWidth}
      busy={buckets === 0 || states.some(({ loading }) => loading)}
      error={message ? t("charts.failedSome", { count: failed.length, message }) : null}
      badge={[
        x.key === "_step" ? null : t("charts.over", { x: xName(x.key) }),
        lines.length > drawn.length ? t("charts.capped", { shown: drawn.length, count: lines.length }) : null,
        pointsBadge(inputs, t),
      ]
        .filter(Boolean)
        .join(" · ")}
      actions={
        <>
          {zoom && (
            <Button size="small" look="quiet" onClick={() => onZoom(null)}>
              {t("charts.resetZoom")}
            </Button>
          )}
          {message && (
            <Button size="small" look="quiet" onClick={() => requests.forEach((one) => void seriesStore.retry(one))}>
              {t("common.retry")}
            </Button>
          )}
        </>
      }
      full={full}
      {...(onFull && { onFull })}
    />
  );
}

/** How many points the lines are drawn with, of how many there are in the range; null when that is all of them. */
function pointsBadge(inputs: readonly LineInput[], t: TFunction): string | null {
  let [shown, total] = [0, 0];
  for (const { columns } of inputs) {
    if (!columns) continue;
    shown += columns.raw ? columns.total : columns.x.length;
    total += columns.total;
  }
  return shown < total ? t("charts.points", { shown: formatCount(shown), total: formatCount(total) }) : null;
}

function requestOf({ run, key }: DrawnLine, x: string, buckets: number, zoom: Range | null): SeriesRequest {
  const request = { entity: run.entity, project: run.project, run: run.id, key, x, buckets };
  if (!zoom) return request;
  const margin = (zoom[1] - zoom[0]) * MARGIN;
  return { ...request, xMin: zoom[0] - margin, xMax: zoom[1] + margin };
}
