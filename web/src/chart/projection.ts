/** Values to pixels and back, as coefficients: the drawing loops stay free of calls. */
import type { Range } from "./extent";
import type { PlotArea } from "./renderer";

export interface Projection {
  /** x pixel = xScale * x + xShift */
  xScale: number;
  xShift: number;
  /** y pixel = yScale * (logY ? log10(y) : y) + yShift */
  yScale: number;
  yShift: number;
  logY: boolean;
}

export function projection(x: Range, y: Range, logY: boolean, area: PlotArea): Projection {
  const xScale = area.width / (x[1] - x[0] || 1);
  const low = logY ? Math.log10(y[0]) : y[0];
  const high = logY ? Math.log10(y[1]) : y[1];
  const yScale = -area.height / (high - low || 1);
  return { xScale, xShift: area.left - x[0] * xScale, yScale, yShift: area.top - high * yScale, logY };
}

export const xToPx = (p: Projection, x: number): number => p.xScale * x + p.xShift;
export const yToPx = (p: Projection, y: number): number => p.yScale * (p.logY ? Math.log10(y) : y) + p.yShift;
export const pxToX = (p: Projection, px: number): number => (px - p.xShift) / p.xScale;
