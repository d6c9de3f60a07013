/** What a line renderer must do. Another one (WebGL, say) can take uPlot's place without a panel noticing. */
import type { Range } from "./extent";
import type { LineSeries } from "./series";
import type { AxisKind } from "./ticks";

/** Colours come from the page's tokens, since a canvas knows no style sheet. */
export interface ChartTheme {
  text: string;
  grid: string;
  axis: string;
  font: string;
  /** opacity of the raw line beneath a smoothed one */
  rawAlpha: number;
}

export interface LineScene {
  series: readonly LineSeries[];
  x: Range;
  y: Range;
  xKind: AxisKind;
  logY: boolean;
  /** shade each line from the least to the greatest value of its buckets */
  bands: boolean;
  theme: ChartTheme;
}

/** The plotting area in CSS pixels, relative to the renderer's element. */
export interface PlotArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface LineRenderer {
  /** Draws the scene now; call it from the frame scheduler. Cost grows with points on the screen. */
  draw(scene: LineScene): void;
  resize(width: number, height: number): void;
  /** Null before the first drawing. */
  area(): PlotArea | null;
  destroy(): void;
}
