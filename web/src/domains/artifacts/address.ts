/** What an artifact's address names: /:entity/:project/artifacts[/:type[/:collection[/:version[/:tab[/path]]]]]. Pure. */

export const TABS = ["overview", "metadata", "usage", "files", "lineage", "compare"] as const;
export type TabName = (typeof TABS)[number];

export interface ArtifactAddress {
  type: string | null;
  collection: string | null;
  /** "v3", an alias or a digest */
  version: string | null;
  /** null: the address ends in no tab of ours */
  tab: TabName | null;
  /** the chosen file, or "" */
  path: string;
}

/** Reads it from the address as it was typed: in names `+` is a space and "%2B" a plus, and "%2F" stays in its name. */
export function readAddress(pathname: string): ArtifactAddress {
  const [, , , , type = "", collection = "", version = "", tab = "", ...path] = pathname.split("/");
  return {
    type: readSegment(type),
    collection: readSegment(collection),
    version: readSegment(version),
    tab: readTab(tab),
    path: path.map((one) => decode(one)).join("/"),
  };
}

const readSegment = (segment: string): string | null => (segment === "" ? null : decode(segment.replaceAll("+", " ")));

const readTab = (word: string): TabName | null =>
  word === "" ? "overview" : (TABS.find((tab) => tab === word) ?? null);

/** A stray "%" is taken for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The end of an address that names a file: its folders stay segments. */
export const filePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/**
 * The version to compare with, as `?with=` has it: "v3", or "type/collection/v3" for one of another collection.
 */
export function otherName(here: { type: string; collection: string }, other: VersionName): string {
  const near = other.type === here.type && other.collection === here.collection;
  return near ? other.version : `${other.type}/${other.collection}/${other.version}`;
}

export interface VersionName {
  type: string;
  collection: string;
  version: string;
}

/** Reads `?with=`; null for what names no version of this project. */
export function readOther(here: { type: string; collection: string }, text: string): VersionName | null {
  const parts = text.split("/");
  if (parts.some((part) => part === "")) return null;
  if (parts.length === 1) return { type: here.type, collection: here.collection, version: text };
  const [type = "", collection = "", version = ""] = parts;
  return parts.length === 3 ? { type, collection, version } : null;
}
