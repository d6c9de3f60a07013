/** One question to the server out of many series: those of the same metric, range and resolution are one panel. */
import type { PanelQuery, PanelQuestion } from "@/api/contract";

/** One line: metric `key` of a run over `x`. */
export interface SeriesRequest extends Pick<PanelQuestion, "key" | "x" | "buckets" | "xMin" | "xMax"> {
  entity: string;
  project: string;
  run: string;
}

const ids = new WeakMap<SeriesRequest, string>();

/** Equal for requests that ask for the same. Made once per request: lists of a thousand are compared often. */
export function seriesId(request: SeriesRequest): string {
  const known = ids.get(request);
  if (known !== undefined) return known;
  const { entity, project, run } = request;
  const id = JSON.stringify([entity, project, run, panelId(request)]);
  ids.set(request, id);
  return id;
}

/** Equal for requests that belong into one panel. */
export const panelId = ({ key, x, buckets, xMin, xMax }: SeriesRequest): string =>
  JSON.stringify([key, x, buckets, xMin ?? null, xMax ?? null]);

export interface Batch<T> {
  query: PanelQuery;
  /** who asked, by position of panel and run */
  find(panel: number, run: number): T | undefined;
}

interface Asked<T> {
  question: PanelQuestion & { runs: number[] };
  askers: Map<number, T>;
}

/** Puts what `items` ask into one query; panels stand in the order of their first item. */
export function batchOf<T extends { request: SeriesRequest }>(items: readonly T[]): Batch<T> {
  const query: PanelQuery = { runs: [], panels: [] };
  const positions = new Map<string, number>();
  const panels = new Map<string, Asked<T>>();
  for (const item of items) {
    const { entity, project, run, ...asked } = item.request;
    const address = JSON.stringify([entity, project, run]);
    const position = positions.get(address) ?? query.runs.push([entity, project, run]) - 1;
    positions.set(address, position);
    const id = panelId(item.request);
    const panel: Asked<T> = panels.get(id) ?? {
      question: { id: String(panels.size), ...asked, runs: [] },
      askers: new Map(),
    };
    panels.set(id, panel);
    panel.question.runs.push(position);
    panel.askers.set(position, item);
  }
  const inOrder = [...panels.values()];
  query.panels = inOrder.map(({ question }) => question);
  return { query, find: (panel, run) => inOrder[panel]?.askers.get(run) };
}
