/** What an artifact's address names: /:entity/:project/artifacts[/:type[/:collection[/:version[/:tab[/path]]]]]. Pure. */

export const TABS = ["overview", "metadata", "usage", "files"] as const;
export type TabName = (typeof TABS)[number];

export interface ArtifactAddress {
  type: string | null;
  collection: string | null;
  /** "v3" or an alias */
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

// who made a version and who used it stands under usage
const readTab = (word: string): TabName | null =>
  word === "" ? "overview" : word === "lineage" ? "usage" : (TABS.find((tab) => tab === word) ?? null);

/** A stray "%" is taken for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
