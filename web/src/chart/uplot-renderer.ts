/** The line renderer on uPlot: it lays out axes, grid and ticks, and lends its canvas; the lines are painted by us. */
import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";
import { paintSeries } from "./paint-lines";
import { projection } from "./projection";
import type { LineRenderer, LineScene, PlotArea } from "./renderer";
import { durationTicks, linearTicks, logTicks, tickLabels, timeTicks } from "./ticks";

const LINE_WIDTH = 1.5;
const EDGE = 4;
const X_AXIS_SIZE = 26;
const X_TICK_SPACE = 56;
const Y_TICK_SPACE = 36;
const LABEL_CHAR = 6.6;
const LABEL_PADDING = 14;
const Y_AXIS_MIN = 34;
// [top, right, bottom, left]: the right end keeps half a label from being cut
const PADDING: uPlot.Padding = [8, 14, 0, 0];

export class UplotRenderer implements LineRenderer {
  private plot: uPlot | null = null;
  private scene: LineScene | null = null;
  private size = { width: 0, height: 0 };

  constructor(private readonly host: HTMLElement) {}

  draw(scene: LineScene): void {
    // uPlot fixes these when it is made
    const remake = !this.plot || this.scene?.logY !== scene.logY || this.scene.theme !== scene.theme;
    this.scene = scene;
    if (this.size.width < 1 || this.size.height < 1) return;
    if (remake) this.make(scene);
    this.plot?.batch((plot: uPlot) => {
      plot.setScale("x", { min: scene.x[0], max: scene.x[1] });
      plot.setScale("y", { min: scene.y[0], max: scene.y[1] });
    });
  }

  resize(width: number, height: number): void {
    if (width === this.size.width && height === this.size.height) return;
    this.size = { width, height };
    if (this.plot) this.plot.setSize(this.size);
    else if (this.scene) this.draw(this.scene);
  }

  area(): PlotArea | null {
    if (!this.plot) return null;
    const { left, top, width, height } = this.plot.bbox;
    const ratio = uPlot.pxRatio;
    return { left: left / ratio, top: top / ratio, width: width / ratio, height: height / ratio };
  }

  destroy(): void {
    this.plot?.destroy();
    this.plot = null;
  }

  private make(scene: LineScene): void {
    this.plot?.destroy();
    this.plot = new uPlot(this.options(scene), [[], []], this.host);
  }

  private options({ logY, theme }: LineScene): uPlot.Options {
    const line = { stroke: theme.grid, width: 1 };
    const axis = { stroke: theme.axis, font: theme.font, ticks: { show: false }, grid: line, gap: 4 };
    const scene = () => this.scene as LineScene;
    return {
      ...this.size,
      padding: PADDING,
      legend: { show: false },
      cursor: { show: false },
      series: [{}, { show: false }],
      scales: {
        x: { time: false, auto: false, range: () => [...scene().x] },
        y: { auto: false, distr: logY ? 3 : 1, range: () => [...scene().y] },
      },
      axes: [
        {
          ...axis,
          size: X_AXIS_SIZE,
          splits: (plot) => this.xTicks(plot.width),
          values: (_, ticks) => tickLabels(ticks, scene().xKind),
        },
        {
          ...axis,
          size: (_, labels) => yAxisSize(labels),
          splits: (plot) => this.yTicks(plot.height),
          values: (_, ticks) => tickLabels(ticks, "number", scene().logY),
          // uPlot thins out logarithmic ticks by itself otherwise
          filter: (_, ticks) => ticks,
        },
      ],
      hooks: { draw: [(plot) => this.paint(plot)] },
    };
  }

  private xTicks(width: number): number[] {
    const { x, xKind } = this.scene as LineScene;
    const count = Math.max(2, Math.floor(width / X_TICK_SPACE));
    const ticks = { number: linearTicks, duration: durationTicks, time: timeTicks }[xKind];
    return ticks(x[0], x[1], count);
  }

  private yTicks(height: number): number[] {
    const { y, logY } = this.scene as LineScene;
    const count = Math.max(2, Math.floor(height / Y_TICK_SPACE));
    return logY ? logTicks(y[0], y[1], count) : linearTicks(y[0], y[1], count);
  }

  private paint(plot: uPlot): void {
    const scene = this.scene as LineScene;
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    const p = projection(scene.x, scene.y, scene.logY, bbox);
    const paint = {
      width: LINE_WIDTH * ratio,
      bands: scene.bands,
      rawAlpha: scene.theme.rawAlpha,
      xMin: scene.x[0],
      xMax: scene.x[1],
      floorPx: bbox.top + bbox.height,
      ratio,
    };
    ctx.save();
    ctx.beginPath();
    // a little wider than the area: marks on its edge are seen whole
    const edge = EDGE * ratio;
    ctx.rect(bbox.left - edge, bbox.top - edge, bbox.width + 2 * edge, bbox.height + 2 * edge);
    ctx.clip();
    // the first line is the reader's first choice: it lies on top
    for (const series of scene.series.toReversed()) paintSeries(ctx, series, p, paint);
    ctx.restore();
  }
}

const yAxisSize = (labels: string[] | null): number => {
  const longest = (labels ?? []).reduce((most, label) => Math.max(most, label.length), 0);
  return Math.max(Y_AXIS_MIN, Math.ceil(longest * LABEL_CHAR) + LABEL_PADDING);
};
