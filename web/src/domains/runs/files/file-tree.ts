/** Flat file names as folders. Pure. */
import type { StoredFile } from "@/api/contract";
import { formatOf } from "@/panels/object3d/format";

/** What the tree needs to know of a file; slashes in its name are folders. */
export interface NamedFile {
  name: string;
  sizeBytes: number;
}

export interface FileRow {
  kind: "folder" | "file";
  /** the whole name, which for a folder ends without a slash */
  path: string;
  name: string;
  depth: number;
  sizeBytes: number;
}

interface Folder {
  folders: Map<string, Folder>;
  files: NamedFile[];
  sizeBytes: number;
}

const natural = new Intl.Collator("en", { numeric: true });
const emptyFolder = (): Folder => ({ folders: new Map(), files: [], sizeBytes: 0 });

/** Folders first, then files, each by name; what lies in a folded folder is left out. */
export function fileRows(files: readonly NamedFile[], folded: ReadonlySet<string>): FileRow[] {
  const root = emptyFolder();
  for (const file of files) {
    let folder = root;
    for (const part of file.name.split("/").slice(0, -1)) {
      const inner = folder.folders.get(part) ?? emptyFolder();
      folder.folders.set(part, inner);
      inner.sizeBytes += file.sizeBytes;
      folder = inner;
    }
    folder.files.push(file);
  }
  const rows: FileRow[] = [];
  const walk = (folder: Folder, parent: string, depth: number) => {
    for (const [name, inner] of [...folder.folders].sort(([a], [b]) => natural.compare(a, b))) {
      const path = parent + name;
      rows.push({ kind: "folder", path, name, depth, sizeBytes: inner.sizeBytes });
      if (!folded.has(path)) walk(inner, `${path}/`, depth + 1);
    }
    for (const file of folder.files.sort((a, b) => natural.compare(a.name, b.name))) {
      const name = file.name.slice(parent.length);
      rows.push({ kind: "file", path: file.name, name, depth, sizeBytes: file.sizeBytes });
    }
  };
  walk(root, "", 0);
  return rows;
}

export type Preview =
  | ("image" | "audio" | "video" | "html" | "object3D")
  | ("json" | "table" | "csv" | "tsv" | "markdown" | "text")
  | null;

const TEXT_ENDINGS = new Set(
  "txt log yaml yml toml ini cfg conf py sh js ts tsx jsx c h cpp cc rs go java rb pl r jl sql css xml diff patch ipynb lock in env tex bib".split(
    " ",
  ),
);
const IMAGES = /\.(png|jpe?g|gif|webp|bmp|avif|ico)$/i;

// what browsers play by themselves
const SOUNDS = /\.(wav|mp3|ogg|oga|flac|m4a|aac|opus)$/i;
const FILMS = /\.(mp4|webm|ogv|mov|m4v)$/i;

/** How a file is shown, by its name and then by its type; null when it is not. */
export function previewOf({ name, mimetype }: Pick<StoredFile, "name" | "mimetype">): Preview {
  const lower = name.toLowerCase();
  if (IMAGES.test(lower)) return "image";
  if (SOUNDS.test(lower)) return "audio";
  if (FILMS.test(lower)) return "video";
  if (/\.html?$/.test(lower)) return "html";
  if (formatOf(lower)) return "object3D";
  if (/\.(partitioned-|joined-)?table\.json$/.test(lower)) return "table";
  if (lower.endsWith(".json")) return "json";
  if (lower.endsWith(".csv")) return "csv";
  if (lower.endsWith(".tsv")) return "tsv";
  if (/\.(md|markdown)$/.test(lower)) return "markdown";
  const base = lower.split("/").at(-1) ?? lower;
  const ending = base.includes(".") ? (base.split(".").at(-1) ?? "") : "";
  if (TEXT_ENDINGS.has(ending) || mimetype.startsWith("text/") || /^(dockerfile|makefile|license|readme)$/.test(base))
    return "text";
  return null;
}
