/** The folders of a version that were read so far, as rows. Pure. */
import type { ArtifactFile, ArtifactFolder } from "@/api/contract";

export type Item = ArtifactFolder | ArtifactFile;

/** A folder as far as it was read. */
export interface Loaded {
  items: readonly Item[];
  /** where the next page begins; null: all of it is here */
  next: string | null;
  pending: boolean;
  error: unknown;
}
export type Folders = ReadonlyMap<string, Loaded>;

export type FileRow =
  | { kind: "folder"; path: string; depth: number; folder: ArtifactFolder; open: boolean }
  | { kind: "file"; path: string; depth: number; file: ArtifactFile }
  | { kind: "waiting" | "more" | "failed"; path: string; depth: number };

/** The last part of a path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
/** The folder that holds it; "" is the top. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** All folders on the way to a path, from the top on, without the path itself. */
export const foldersTo = (path: string): string[] => {
  const parts = path.split("/").slice(0, -1);
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
};

const natural = new Intl.Collator("en", { numeric: true });

/** Folders first, each by name with numbers by value; while pages are missing, the server's order stands. */
export function ordered({ items, next }: Pick<Loaded, "items" | "next">): readonly Item[] {
  if (next !== null) return items;
  return items.toSorted(
    (a, b) =>
      Number(a.kind === "file") - Number(b.kind === "file") || natural.compare(baseName(a.path), baseName(b.path)),
  );
}

/** What is open, from the top on. Every folder that is short of something says so in a row of its own. */
export function fileRows(folders: Folders, opened: ReadonlySet<string>): FileRow[] {
  const rows: FileRow[] = [];
  const walk = (path: string, depth: number) => {
    const loaded = folders.get(path);
    for (const item of loaded ? ordered(loaded) : []) {
      if (item.kind === "file") {
        rows.push({ kind: "file", path: item.path, depth, file: item });
        continue;
      }
      const open = opened.has(item.path);
      rows.push({ kind: "folder", path: item.path, depth, folder: item, open });
      if (open) walk(item.path, depth + 1);
    }
    if (loaded?.error) rows.push({ kind: "failed", path, depth });
    else if (!loaded || loaded.pending) rows.push({ kind: "waiting", path, depth });
    else if (loaded.next !== null) rows.push({ kind: "more", path, depth });
  };
  walk("", 0);
  return rows;
}
