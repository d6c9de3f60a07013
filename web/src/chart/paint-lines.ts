/** Lines, bands and marks on a canvas. The caller clips to the plotting area. All lengths are canvas pixels. */
import { nearestIndex } from "./hit-test";
import { type Projection, xToPx } from "./projection";
import type { LineSeries } from "./series";

export interface LinePaint {
  /** width of a line */
  width: number;
  bands: boolean;
  rawAlpha: number;
  /** the part of x on the screen */
  xMin: number;
  xMax: number;
  /** where marks of points without a value stand */
  floorPx: number;
  /** canvas pixels per CSS pixel */
  ratio: number;
}

const BAND_ALPHA = 0.16;
// fewer points than this are told apart by a dot each
const DOTTED_POINTS = 40;

export function paintSeries(ctx: CanvasRenderingContext2D, series: LineSeries, p: Projection, paint: LinePaint): void {
  const { columns, smooth } = series;
  const [from, to] = visibleRange(columns.x, paint);
  ctx.strokeStyle = series.color;
  ctx.fillStyle = series.color;
  ctx.lineWidth = paint.width;
  ctx.lineJoin = "round";
  ctx.setLineDash(series.dash.map((length) => length * paint.ratio));
  if (paint.bands && !columns.raw) {
    ctx.globalAlpha = BAND_ALPHA;
    paintBand(ctx, series, p, from, to);
  }
  if (smooth) {
    ctx.globalAlpha = paint.rawAlpha;
    strokeLine(ctx, columns.x, columns.last, p, from, to);
  }
  ctx.globalAlpha = 1;
  strokeLine(ctx, columns.x, smooth ?? columns.last, p, from, to);
  if (to - from < DOTTED_POINTS) paintDots(ctx, series, p, from, to, paint);
  paintMarks(ctx, series, p, paint);
}

/** One point beyond either edge is included, so that lines run out of the picture. */
export function visibleRange(x: Float64Array, { xMin, xMax }: { xMin: number; xMax: number }): [number, number] {
  if (x.length === 0) return [0, -1];
  return [Math.max(0, nearestIndex(x, xMin) - 1), Math.min(x.length - 1, nearestIndex(x, xMax) + 1)];
}

function strokeLine(
  ctx: CanvasRenderingContext2D,
  x: Float64Array,
  y: Float64Array,
  p: Projection,
  from: number,
  to: number,
): void {
  const { xScale, xShift, yScale, yShift, logY } = p;
  ctx.beginPath();
  let open = false;
  for (let i = from; i <= to; i++) {
    const value = logY ? Math.log10(y[i] as number) : (y[i] as number);
    if (!Number.isFinite(value)) {
      open = false;
      continue;
    }
    const px = xScale * (x[i] as number) + xShift;
    const py = yScale * value + yShift;
    if (open) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
    open = true;
  }
  ctx.stroke();
}

/** One closed shape for each stretch without a gap: forth along the greatest values, back along the least. */
function paintBand(ctx: CanvasRenderingContext2D, series: LineSeries, p: Projection, from: number, to: number): void {
  const { x, min, max } = series.columns;
  const toPy = (value: number) => p.yScale * (p.logY ? Math.log10(value) : value) + p.yShift;
  ctx.beginPath();
  let start = from;
  while (start <= to) {
    if (!Number.isFinite(toPy(min[start] as number))) {
      start += 1;
      continue;
    }
    let end = start;
    while (end + 1 <= to && Number.isFinite(toPy(min[end + 1] as number))) end += 1;
    for (let i = start; i <= end; i++) {
      const px = xToPx(p, x[i] as number);
      if (i === start) ctx.moveTo(px, toPy(max[i] as number));
      else ctx.lineTo(px, toPy(max[i] as number));
    }
    for (let i = end; i >= start; i--) ctx.lineTo(xToPx(p, x[i] as number), toPy(min[i] as number));
    ctx.closePath();
    start = end + 1;
  }
  ctx.fill();
}

function paintDots(
  ctx: CanvasRenderingContext2D,
  series: LineSeries,
  p: Projection,
  from: number,
  to: number,
  paint: LinePaint,
): void {
  const y = series.smooth ?? series.columns.last;
  const radius = 2 * paint.ratio;
  for (let i = from; i <= to; i++) {
    const value = p.logY ? Math.log10(y[i] as number) : (y[i] as number);
    if (!Number.isFinite(value)) continue;
    ctx.beginPath();
    ctx.arc(xToPx(p, series.columns.x[i] as number), p.yScale * value + p.yShift, radius, 0, 2 * Math.PI);
    ctx.fill();
  }
}

/** A cross on the floor where a value was NaN, an arrow where it was infinite. */
function paintMarks(ctx: CanvasRenderingContext2D, series: LineSeries, p: Projection, paint: LinePaint): void {
  const size = 3 * paint.ratio;
  ctx.setLineDash([]);
  ctx.lineWidth = 1.5 * paint.ratio;
  for (const { x, value } of series.columns.nonFinite) {
    const px = xToPx(p, x);
    const py = paint.floorPx - size - 1;
    ctx.beginPath();
    if (Number.isNaN(value)) {
      ctx.moveTo(px - size, py - size);
      ctx.lineTo(px + size, py + size);
      ctx.moveTo(px - size, py + size);
      ctx.lineTo(px + size, py - size);
    } else {
      const up = value > 0 ? 1 : -1;
      ctx.moveTo(px - size, py + up * size);
      ctx.lineTo(px, py - up * size);
      ctx.lineTo(px + size, py + up * size);
    }
    ctx.stroke();
  }
}
