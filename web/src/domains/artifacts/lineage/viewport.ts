/** The part of a plane that shows: moved and scaled. Pure. */
import type { Box } from "./layout";

export interface View {
  /** where the plane's origin stands, in pixels of the window */
  x: number;
  y: number;
  scale: number;
}
export interface Size {
  width: number;
  height: number;
}

export const SCALE_MIN = 0.15;
export const SCALE_MAX = 2;
// smaller than this, names cannot be read
const READABLE = 0.7;
const EDGE = 24;

const clamp = (scale: number): number => Math.min(SCALE_MAX, Math.max(SCALE_MIN, scale));

/** Scales by `factor` around a point of the window, which stays where it is. */
export function zoomAt(view: View, factor: number, at: { x: number; y: number }): View {
  const scale = clamp(view.scale * factor);
  const real = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * real, y: at.y - (at.y - view.y) * real };
}

/** All of it in the middle of the window, never larger than life. */
export function fit(plane: Size, size: Size): View {
  const across = (size.width - 2 * EDGE) / Math.max(1, plane.width);
  const down = (size.height - 2 * EDGE) / Math.max(1, plane.height);
  const scale = clamp(Math.min(1, across, down));
  return { scale, x: (size.width - plane.width * scale) / 2, y: (size.height - plane.height * scale) / 2 };
}

/** A box in the middle of the window. */
export function centreOn(box: Box, size: Size, scale: number): View {
  const x = size.width / 2 - (box.x + box.width / 2) * scale;
  return { scale, x, y: size.height / 2 - (box.y + box.height / 2) * scale };
}

/** What a graph begins with: all of it if it can be read then, else its start in the middle. */
export function firstView(plane: Size, start: Box | undefined, size: Size): View {
  const whole = fit(plane, size);
  return whole.scale >= READABLE || !start ? whole : centreOn(start, size, READABLE + 0.1);
}

/** The least move that brings a box into the window. */
export function reveal(view: View, box: Box, size: Size): View {
  const left = view.x + box.x * view.scale;
  const top = view.y + box.y * view.scale;
  const dx = shift(left, left + box.width * view.scale, size.width);
  const dy = shift(top, top + box.height * view.scale, size.height);
  return { ...view, x: view.x + dx, y: view.y + dy };
}

function shift(from: number, to: number, room: number): number {
  if (from < EDGE) return EDGE - from;
  return to > room - EDGE ? Math.max(room - EDGE - to, EDGE - from) : 0;
}
