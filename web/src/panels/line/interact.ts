/** Pointer and keys on a line chart, turned into hovering and zooming. */
import type { Range } from "@/chart/extent";

/** What the chart answers and shows; `LineChart` is one. */
export interface Pointable {
  xAt(clientX: number): number | null;
  isOverPlot(clientX: number): boolean;
  hoverAt(clientX: number, clientY: number): void;
  stepHover(direction: -1 | 1): void;
  endHover(): void;
  select(range: Range | null): void;
}

// a click that shook a little is no zoom
const DRAG_MIN_PX = 5;

/** Listens until the returned function is called. `onZoom` gets the chosen range, or null to show all again. */
export function attachPointer(host: HTMLElement, chart: Pointable, onZoom: (range: Range | null) => void): () => void {
  let dragFrom: { clientX: number; x: number } | null = null;

  const stretch = (event: PointerEvent): Range | null => {
    const to = chart.xAt(event.clientX);
    if (!dragFrom || to === null || Math.abs(event.clientX - dragFrom.clientX) < DRAG_MIN_PX) return null;
    return dragFrom.x < to ? [dragFrom.x, to] : [to, dragFrom.x];
  };
  const onDown = (event: PointerEvent) => {
    const x = chart.xAt(event.clientX);
    // a finger scrolls the page; only a mouse or pen selects
    if (event.button !== 0 || event.pointerType === "touch" || x === null || !chart.isOverPlot(event.clientX)) return;
    dragFrom = { clientX: event.clientX, x };
    chart.endHover();
    host.setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent) => {
    if (dragFrom) chart.select(stretch(event));
    else if (chart.isOverPlot(event.clientX)) chart.hoverAt(event.clientX, event.clientY);
    else chart.endHover();
  };
  const onUp = (event: PointerEvent) => {
    if (event.pointerType === "touch") chart.hoverAt(event.clientX, event.clientY);
    const range = stretch(event);
    dragFrom = null;
    chart.select(null);
    if (range) onZoom(range);
  };
  const onCancel = () => {
    dragFrom = null;
    chart.select(null);
    chart.endHover();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      chart.stepHover(event.key === "ArrowLeft" ? -1 : 1);
      event.preventDefault();
    } else if (event.key === "Escape") chart.endHover();
  };
  const onReset = () => onZoom(null);
  const onLeave = () => {
    if (!dragFrom) chart.endHover();
  };

  const listeners = [
    ["pointerdown", onDown],
    ["pointermove", onMove],
    ["pointerup", onUp],
    ["pointercancel", onCancel],
    ["pointerleave", onLeave],
    ["blur", onLeave],
    ["dblclick", onReset],
    ["keydown", onKey],
  ] as [string, EventListener][];
  for (const [name, listener] of listeners) host.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of listeners) host.removeEventListener(name, listener);
  };
}
