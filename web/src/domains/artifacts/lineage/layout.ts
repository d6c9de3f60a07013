/** Where the items of a drawing stand: from left to right, what came first before what came of it. */
import { layout as arrange, Graph } from "@dagrejs/dagre";
import type { Drawing } from "./graph";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Layout {
  boxes: ReadonlyMap<string, Box>;
  /** by key of the edge: points from its beginning to its end */
  paths: ReadonlyMap<string, readonly Point[]>;
  width: number;
  height: number;
}
export interface Point {
  x: number;
  y: number;
}

export const NODE = { width: 188, height: 46 };
export const CLUSTER = { width: 156, height: 36 };
const MARGIN = 12;

/** Boxes by their upper left corners. The same drawing gives the same layout. */
export function layOut({ items, edges }: Drawing): Layout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 48, marginx: MARGIN, marginy: MARGIN });
  for (const { id, kind } of items) graph.setNode(id, { ...(kind === "cluster" ? CLUSTER : NODE) });
  for (const { key, from, to } of edges) graph.setEdge(from, to, {}, key);
  arrange(graph);
  const boxes = new Map<string, Box>();
  for (const { id } of items) {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id) as Partial<Box>;
    boxes.set(id, { x: x - width / 2, y: y - height / 2, width, height });
  }
  const paths = new Map<string, Point[]>();
  for (const { key, from, to } of edges) {
    const { points } = graph.edge(from, to, key) as { points: Point[] };
    paths.set(key, endToEnd(points, boxes.get(from), boxes.get(to)));
  }
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { boxes, paths, width: Math.max(0, width), height: Math.max(0, height) };
}

/** Edges leave at the right and arrive at the left; between, they pass where the layout left room for them. */
function endToEnd(points: readonly Point[], from: Box | undefined, to: Box | undefined): Point[] {
  if (!from || !to) return [...points];
  const leave = { x: from.x + from.width, y: from.y + from.height / 2 };
  const arrive = { x: to.x, y: to.y + to.height / 2 };
  // the layout's own ends, and the bend in the middle of neighbouring columns, are not needed
  const between = points.length > 3 ? points.slice(1, -1) : [];
  return [leave, ...between, arrive];
}

/** A curve through the points of an edge, which leaves and arrives level. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x},${first.y}`;
  let from = first;
  for (const to of rest) {
    const bend = (to.x - from.x) / 2;
    path += `C${from.x + bend},${from.y} ${to.x - bend},${to.y} ${to.x},${to.y}`;
    from = to;
  }
  return path;
}

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/** The item that an arrow key leads to: along the edges to either side, up and down within a column; else null. */
export function neighbourOf({ edges }: Drawing, { boxes }: Layout, id: string, arrow: Arrow): string | null {
  const here = boxes.get(id);
  if (!here) return null;
  const candidates =
    arrow === "ArrowLeft"
      ? edges.flatMap(({ from, to }) => (to === id ? from : []))
      : arrow === "ArrowRight"
        ? edges.flatMap(({ from, to }) => (from === id ? to : []))
        : [...boxes.keys()].filter((other) => inColumn(boxes.get(other), here, arrow));
  const distance = (other: string) => Math.abs(centre(boxes.get(other) ?? here) - centre(here));
  return candidates.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

const centre = ({ y, height }: Box): number => y + height / 2;

function inColumn(box: Box | undefined, here: Box, arrow: Arrow): boolean {
  if (!box || box === here || box.x >= here.x + here.width || box.x + box.width <= here.x) return false;
  return arrow === "ArrowUp" ? centre(box) < centre(here) : centre(box) > centre(here);
}
