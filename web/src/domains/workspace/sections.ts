/** Which panels a workspace has without anybody having made them: one per logged key, in sections by prefix. Pure. */
import type { Metric } from "@/api/contract";

export type PanelKind = "line" | "media" | "table" | "histogram" | "text";
export interface AutoPanel {
  key: string;
  kind: PanelKind;
  type: string;
  xKey: string | null;
}
export interface Section {
  /** also its name; "" holds what has no prefix and is shown under another name */
  id: string;
  name: SectionName;
  panels: AutoPanel[];
}
/** A prefix of the reader's own, or one of ours by its word in the catalogue. */
export type SectionName = { prefix: string } | { word: "charts" | "media" | "tables" | "system" };

const natural = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
export const compareNames = (a: string, b: string): number => natural.compare(a, b) || (a < b ? -1 : 1);

const TABLES = new Set(["table-file", "incremental-table-file", "partitioned-table", "joined-table"]);

/** How a metric is shown; null when it has no chart of its own. */
export function kindOf({ type, key }: Metric): PanelKind | null {
  if (type === "number") return "line";
  if (type === "histogram") return "histogram";
  if (TABLES.has(type)) return "table";
  // plain strings stand in the summary and the runs table
  if (type === "string" || key.startsWith("_")) return null;
  return "media";
}

/** The last prefix: "a/b/c" belongs to "a/b". */
export const prefixOf = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf("/")));

/** Sections in natural order: the unnamed ones first, then prefixes; system metrics have a page of their own. */
export function autoSections(metrics: readonly Metric[]): Section[] {
  const sections = new Map<string, Section>();
  for (const metric of metrics) {
    const kind = kindOf(metric);
    if (kind === null || metric.hidden || metric.system || metric.key.startsWith("_")) continue;
    const name = nameOf(metric, kind);
    const id = "prefix" in name ? `/${name.prefix}` : name.word;
    const section = sections.get(id) ?? { id, name, panels: [] };
    sections.set(id, section);
    section.panels.push({ key: metric.key, kind, type: metric.type, xKey: metric.xKey });
  }
  for (const { panels } of sections.values()) panels.sort((a, b) => compareNames(a.key, b.key));
  return [...sections.values()].sort(compareSections);
}

function nameOf({ key }: Metric, kind: PanelKind): SectionName {
  const prefix = prefixOf(key);
  if (prefix !== "") return { prefix };
  if (kind === "line") return { word: "charts" };
  return { word: kind === "table" ? "tables" : "media" };
}

const WORD_ORDER = ["charts", "media", "tables", "system"];

function compareSections(a: Section, b: Section): number {
  const rank = ({ name }: Section) => ("word" in name ? WORD_ORDER.indexOf(name.word) : 0.5);
  if ("prefix" in a.name && "prefix" in b.name) return compareNames(a.name.prefix, b.name.prefix);
  return rank(a) - rank(b);
}

/** The panels a search leaves, without the sections it empties. */
export function searchSections(sections: readonly Section[], finds: (key: string) => boolean): Section[] {
  return sections.flatMap((section) => {
    const panels = section.panels.filter(({ key }) => finds(key));
    return panels.length > 0 ? [{ ...section, panels }] : [];
  });
}

export interface Finder {
  finds: (text: string) => boolean;
  /** the pattern is no valid expression */
  invalid: boolean;
}

/** A case-insensitive search, by words or by pattern. An invalid pattern finds everything and says so. */
export function finderOf(query: string, regex: boolean): Finder {
  if (query === "") return { finds: () => true, invalid: false };
  if (!regex) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    return { finds: (text) => words.every((word) => text.toLowerCase().includes(word)), invalid: false };
  }
  try {
    const pattern = new RegExp(query, "i");
    return { finds: (text) => pattern.test(text), invalid: false };
  } catch {
    return { finds: () => true, invalid: true };
  }
}

export interface SystemFamily {
  name: string;
  keys: string[];
}

/** System metrics by what they measure: the devices of one kind are lines of one chart. */
export function systemFamilies(metrics: readonly Metric[]): SystemFamily[] {
  const families = new Map<string, string[]>();
  for (const { key, system, type } of metrics) {
    if (!system || type !== "number") continue;
    const name = key.replace(/^system[./]/, "").replace(/(^|[./])\d+(?=[./]|$)/g, "$1*");
    families.set(name, [...(families.get(name) ?? []), key]);
  }
  return [...families]
    .map(([name, keys]) => ({ name, keys: keys.sort(compareNames) }))
    .sort((a, b) => compareNames(a.name, b.name));
}
