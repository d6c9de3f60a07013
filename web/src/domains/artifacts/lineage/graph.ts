/** The part of lineage that is drawn: what the server told so far, and what of it is shown. Pure. */
import type { LineageCluster, LineageDirection, LineageEdge, LineageGraph, LineageNode } from "@/api/contract";

export interface Known {
  start: string;
  nodes: ReadonlyMap<string, LineageNode>;
  edges: ReadonlyMap<string, LineageEdge>;
  clusters: ReadonlyMap<string, LineageCluster>;
  /** some answer was only a part */
  cut: boolean;
}

export const NOBODY: Known = { start: "", nodes: new Map(), edges: new Map(), clusters: new Map(), cut: false };

export const edgeKey = ({ from, to }: Pick<LineageEdge, "from" | "to">): string => `${from} ${to}`;
export const clusterKey = ({ of, direction, kind, type, hidden }: LineageCluster): string =>
  `cluster ${of} ${direction} ${hidden ? "hidden" : kind} ${type ?? ""}`;

/** Adds an answer. The first one names the start. */
export function merge(known: Known, answer: LineageGraph): Known {
  const nodes = new Map(known.nodes);
  for (const node of answer.nodes) nodes.set(node.id, node);
  const edges = new Map(known.edges);
  for (const edge of answer.edges) edges.set(edgeKey(edge), edge);
  const clusters = new Map(known.clusters);
  for (const cluster of answer.clusters) clusters.set(clusterKey(cluster), cluster);
  return { start: known.start || answer.start, nodes, edges, clusters, cut: known.cut || answer.cut };
}

/** Takes a member of a cluster out into the graph. */
export function addMember(known: Known, cluster: LineageCluster, node: LineageNode): Known {
  const { of, direction } = cluster;
  const edge = direction === "up" ? { from: node.id, to: of } : { from: of, to: node.id };
  return {
    ...known,
    nodes: new Map(known.nodes).set(node.id, node),
    edges: new Map(known.edges).set(edgeKey(edge), { ...edge, usedAs: null }),
  };
}

// what clients and servers make for themselves
const SYSTEM_TYPES = /^(wandb-.*|job|code|run_table)$/;
export const isSystemType = (type: string): boolean => SYSTEM_TYPES.test(type);

export interface Filter {
  hiddenTypes: ReadonlySet<string>;
  system: boolean;
}

/** All types of artifacts that are known here, those of the client itself last. */
export function typesOf({ nodes, clusters }: Known): string[] {
  const found = new Set<string>();
  for (const node of nodes.values()) if (node.kind === "artifact") found.add(node.type);
  for (const { type } of clusters.values()) if (type !== null) found.add(type);
  return [...found].sort((a, b) => Number(isSystemType(a)) - Number(isSystemType(b)) || a.localeCompare(b));
}

export type Drawn =
  | { id: string; kind: "node"; node: LineageNode; moreUp: number; moreDown: number }
  | { id: string; kind: "cluster"; cluster: LineageCluster; count: number };

export interface Drawing {
  items: Drawn[];
  edges: { key: string; from: string; to: string; usedAs: string | null }[];
}

/** What is drawn of it. The start is always there; a cluster counts those that are not drawn by themselves. */
export function draw(known: Known, { hiddenTypes, system }: Filter): Drawing {
  const shows = (type: string | null) => type === null || (!hiddenTypes.has(type) && (system || !isSystemType(type)));
  const nodes = [...known.nodes.values()].filter(
    (node) => node.id === known.start || node.kind === "run" || shows(node.type),
  );
  const ids = new Set(nodes.map(({ id }) => id));
  const edges = [...known.edges].flatMap(([key, { from, to, usedAs }]) =>
    ids.has(from) && ids.has(to) ? [{ key, from, to, usedAs }] : [],
  );
  const items: Drawn[] = nodes.map((node) => ({
    id: node.id,
    kind: "node",
    node,
    moreUp: missing(known, node, "up"),
    moreDown: missing(known, node, "down"),
  }));
  for (const [key, cluster] of known.clusters) {
    const count = cluster.count - membersDrawn(known, cluster);
    if (!ids.has(cluster.of) || !shows(cluster.type) || count <= 0) continue;
    items.push({ id: key, kind: "cluster", cluster, count });
    const ends = cluster.direction === "up" ? { from: key, to: cluster.of } : { from: cluster.of, to: key };
    edges.push({ key, ...ends, usedAs: null });
  }
  return { items, edges };
}

const neighbours = (known: Known, id: string, direction: LineageDirection): LineageNode[] =>
  [...known.edges.values()].flatMap(({ from, to }) => {
    const [own, other] = direction === "up" ? [to, from] : [from, to];
    return own === id ? (known.nodes.get(other) ?? []) : [];
  });

/** How many neighbours on one side nothing was told of yet. */
function missing(known: Known, node: LineageNode, direction: LineageDirection): number {
  let told = neighbours(known, node.id, direction).length;
  for (const cluster of known.clusters.values())
    if (cluster.of === node.id && cluster.direction === direction) told += cluster.count - membersDrawn(known, cluster);
  return Math.max(0, node[direction] - told);
}

/** Members of a cluster that stand in the graph by themselves. */
function membersDrawn(known: Known, { of, direction, kind, type, hidden }: LineageCluster): number {
  if (hidden) return 0;
  return neighbours(known, of, direction).filter(
    (node) => node.kind === kind && (node.kind === "run" || node.type === type),
  ).length;
}

/** Everything that leads to an item, and everything that comes of it, with the item itself. */
export function kinOf({ edges }: Drawing, id: string): ReadonlySet<string> {
  const found = new Set([id]);
  const follow = (ahead: boolean) => {
    const waiting = [id];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop())
      for (const { from, to } of edges) {
        const [near, far] = ahead ? [from, to] : [to, from];
        if (near !== at || found.has(far)) continue;
        found.add(far);
        waiting.push(far);
      }
  };
  follow(true);
  follow(false);
  return found;
}
