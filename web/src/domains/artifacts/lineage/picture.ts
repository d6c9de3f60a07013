/** The graph as a picture of its own: SVG text with its colours in it. Pure. */
import type { Drawing, Drawn } from "./graph";
import { curve, type Layout } from "./layout";

export interface Colors {
  surface: string;
  line: string;
  text: string;
  muted: string;
}

const quote = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const NAME_CHARS = 28;
const clip = (text: string): string => (text.length > NAME_CHARS ? `${text.slice(0, NAME_CHARS - 1)}…` : text);

export function pictureOf(
  drawing: Drawing,
  { boxes, paths, width, height }: Layout,
  nameOf: (item: Drawn) => string,
  colors: Colors,
): string {
  const edges = drawing.edges.map(
    ({ key }) => `<path d="${curve(paths.get(key) ?? [])}" fill="none" stroke="${colors.muted}" marker-end="url(#a)"/>`,
  );
  const nodes = drawing.items.flatMap((item) => {
    const box = boxes.get(item.id);
    if (!box) return [];
    const round = item.kind === "node" && item.node.kind === "run" ? box.height / 2 : 6;
    const dash = item.kind === "cluster" ? ' stroke-dasharray="4 3"' : "";
    return [
      `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="${round}" fill="${colors.surface}" stroke="${colors.line}"${dash}/>`,
      `<text x="${box.x + 16}" y="${box.y + box.height / 2 + 4}" fill="${colors.text}">${quote(clip(nameOf(item)))}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13">`,
    `<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 8,4 0,8z" fill="${colors.muted}"/></marker></defs>`,
    `<rect width="100%" height="100%" fill="${colors.surface}"/>`,
    ...edges,
    ...nodes,
    "</svg>",
  ].join("\n");
}
