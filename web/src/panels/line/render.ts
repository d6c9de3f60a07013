/** A line chart on the page: the renderer's canvas, and above it an overlay for what moves. Knows no React. */

import type { Range } from "@/chart/extent";
import { type Hit, hitsAt, nearestHit } from "@/chart/hit-test";
import { highlightedLine, highlightLine, joinHover, onHighlight, tellHover } from "@/chart/hover-sync";
import { paintSeries } from "@/chart/paint-lines";
import { type Projection, projection, pxToX, xToPx, yToPx } from "@/chart/projection";
import type { LineScene, PlotArea } from "@/chart/renderer";
import { frames, urgencyOf } from "@/chart/scheduler";
import { UplotRenderer } from "@/chart/uplot-renderer";
import styles from "./line-chart.module.css";

export interface Hover {
  x: number;
  hits: Hit[];
  /** the line nearest to the pointer, or null */
  nearest: Hit | null;
  clientX: number;
  clientY: number;
}

const NEAR_PX = 24;
const REACH_PX = 12;
const BOLD_WIDTH = 2.5;
const DOTS = 20;

export class LineChart {
  private scene: LineScene | null = null;
  private readonly renderer: UplotRenderer;
  private readonly overlay = document.createElement("canvas");
  private readonly crosshair = document.createElement("div");
  private readonly selection = document.createElement("div");
  private hover: Hover | null = null;
  private hoverX: number | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly leave: (() => void)[] = [];
  private readonly observer: ResizeObserver;
  private readonly base = { draw: () => this.drawBase(), urgency: () => urgencyOf(this.host.getBoundingClientRect()) };
  private readonly top = { draw: () => this.drawOverlay() };

  constructor(
    private readonly host: HTMLElement,
    private hoverGroup: string,
  ) {
    this.renderer = new UplotRenderer(host);
    for (const [element, name] of [
      [this.overlay, styles.overlay],
      [this.crosshair, styles.crosshair],
      [this.selection, styles.selection],
    ] as const) {
      element.className = name ?? "";
      host.append(element);
    }
    this.observer = new ResizeObserver(() => frames.request(this.base));
    this.observer.observe(host);
    this.leave.push(onHighlight(() => frames.request(this.top)));
    this.join(hoverGroup);
  }

  show(scene: LineScene | null, hoverGroup: string): void {
    this.scene = scene;
    if (hoverGroup !== this.hoverGroup) this.join(hoverGroup);
    frames.request(this.base);
  }

  destroy(): void {
    this.observer.disconnect();
    for (const leave of this.leave) leave();
    this.leaveHover?.();
    frames.cancel(this.base);
    frames.cancel(this.top);
    this.renderer.destroy();
    this.host.replaceChildren();
  }

  // ---- what interact.ts asks --------------------------------------------------------------------------------

  /** x under a client position, held inside the plot; null before the first drawing. */
  xAt(clientX: number): number | null {
    const p = this.projection();
    const area = this.renderer.area();
    if (!p || !area) return null;
    const px = clientX - this.host.getBoundingClientRect().left;
    return pxToX(p, Math.min(Math.max(px, area.left), area.left + area.width));
  }

  isOverPlot(clientX: number): boolean {
    const area = this.renderer.area();
    const px = clientX - this.host.getBoundingClientRect().left;
    return area !== null && px >= area.left - 2 && px <= area.left + area.width + 2;
  }

  hoverAt(clientX: number, clientY: number): void {
    const x = this.xAt(clientX);
    if (x === null || !this.scene) return;
    this.setHover(x, clientX, clientY);
  }

  /** The crosshair by keyboard: to the neighbouring point of the first line. */
  stepHover(direction: -1 | 1): void {
    const first = this.scene?.series[0]?.columns.x;
    const p = this.projection();
    if (!first?.length || !p || !this.scene) return;
    const at = this.hoverX ?? (direction > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    const x = direction > 0 ? first.find((value) => value > at) : first.findLast((value) => value < at);
    if (x === undefined) return;
    const rect = this.host.getBoundingClientRect();
    this.setHover(x, rect.left + xToPx(p, x), rect.top + rect.height / 2);
  }

  endHover(): void {
    if (!this.hover && this.hoverX === null) return;
    this.hover = null;
    this.hoverX = null;
    highlightLine(null);
    tellHover(this.hoverGroup, null, this);
    this.tell();
    frames.request(this.top);
  }

  /** Shows the stretch being selected; null hides it. */
  select(range: Range | null): void {
    const p = this.projection();
    const area = this.renderer.area();
    this.selection.hidden = !range;
    if (!range || !p || !area) return;
    const left = xToPx(p, Math.min(...range));
    this.selection.style.transform = `translate(${left}px, ${area.top}px)`;
    this.selection.style.width = `${xToPx(p, Math.max(...range)) - left}px`;
    this.selection.style.height = `${area.height}px`;
  }

  // ---- what the tooltip reads -------------------------------------------------------------------------------

  readonly getHover = (): Hover | null => this.hover;

  readonly onHover = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  // -----------------------------------------------------------------------------------------------------------

  private leaveHover: (() => void) | undefined;

  private join(group: string): void {
    this.leaveHover?.();
    this.hoverGroup = group;
    this.leaveHover = joinHover(group, (x, source) => {
      if (source === this) return;
      this.hoverX = x;
      this.hover = null;
      frames.request(this.top);
    });
  }

  private setHover(x: number, clientX: number, clientY: number): void {
    const scene = this.scene as LineScene;
    const p = this.projection() as Projection;
    const hits = hitsAt(scene.series, x, REACH_PX / Math.abs(p.xScale));
    const top = this.host.getBoundingClientRect().top;
    const nearest = nearestHit(hits, (y) => yToPx(p, y), clientY - top, NEAR_PX);
    this.hover = { x, hits, nearest, clientX, clientY };
    this.hoverX = x;
    highlightLine(nearest && scene.series.length > 1 ? (scene.series[nearest.series]?.id ?? null) : null);
    tellHover(this.hoverGroup, x, this);
    this.tell();
    frames.request(this.top);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private projection(): Projection | null {
    const area = this.renderer.area();
    return this.scene && area ? projection(this.scene.x, this.scene.y, this.scene.logY, area) : null;
  }

  private drawBase(): void {
    if (!this.scene) return;
    this.renderer.resize(this.host.clientWidth, this.host.clientHeight);
    this.renderer.draw(this.scene);
    this.drawOverlay();
  }

  private drawOverlay(): void {
    const p = this.projection();
    const area = this.renderer.area();
    if (!p || !area || !this.scene) return;
    this.placeCrosshair(p, area);
    const ctx = this.freshOverlay();
    if (!ctx) return;
    const bold = this.scene.series.find(({ id }) => id === highlightedLine());
    const dim = bold !== undefined && this.scene.series.length > 1;
    this.host.toggleAttribute("data-dim", dim);
    ctx.save();
    ctx.beginPath();
    ctx.rect(area.left, area.top, area.width, area.height);
    ctx.clip();
    if (dim) this.paintBold(ctx, bold, p, area);
    ctx.restore();
    this.paintHits(ctx, p);
  }

  private paintBold(
    ctx: CanvasRenderingContext2D,
    series: LineScene["series"][number],
    p: Projection,
    area: PlotArea,
  ): void {
    const scene = this.scene as LineScene;
    const floorPx = area.top + area.height;
    const [xMin, xMax] = scene.x;
    const { rawAlpha } = scene.theme;
    paintSeries(ctx, series, p, { width: BOLD_WIDTH, bands: scene.bands, rawAlpha, xMin, xMax, floorPx, ratio: 1 });
  }

  private paintHits(ctx: CanvasRenderingContext2D, p: Projection): void {
    if (!this.hover) return;
    const shown = this.hover.hits.length > DOTS ? [this.hover.nearest] : this.hover.hits;
    for (const hit of shown) {
      const series = hit && this.scene?.series[hit.series];
      if (!series || !Number.isFinite(yToPx(p, hit.y))) continue;
      ctx.fillStyle = series.color;
      ctx.beginPath();
      ctx.arc(xToPx(p, hit.x), yToPx(p, hit.y), 3, 0, 2 * Math.PI);
      ctx.fill();
    }
  }

  private placeCrosshair(p: Projection, area: PlotArea): void {
    const px = this.hoverX === null ? Number.NaN : xToPx(p, this.hoverX);
    const inside = px >= area.left - 1 && px <= area.left + area.width + 1;
    this.crosshair.hidden = !inside;
    if (!inside) return;
    this.crosshair.style.transform = `translate(${Math.round(px)}px, ${area.top}px)`;
    this.crosshair.style.height = `${area.height}px`;
  }

  /** The overlay, cleared and as large as the chart; one unit of its context is one CSS pixel. */
  private freshOverlay(): CanvasRenderingContext2D | null {
    const ratio = devicePixelRatio;
    const { clientWidth, clientHeight } = this.host;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (this.overlay.width !== width || this.overlay.height !== height) {
      this.overlay.width = width;
      this.overlay.height = height;
    }
    const ctx = this.overlay.getContext("2d");
    ctx?.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx?.clearRect(0, 0, clientWidth, clientHeight);
    return ctx;
  }
}
