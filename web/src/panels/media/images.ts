/** Pictures inside a logged media value. Trusts nothing: values are whatever a client sent. */

export interface Picture {
  path: string;
  /** null while the file has not arrived */
  url: string | null;
  caption: string | null;
}

type Value = Record<string, unknown>;
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const holdsPictures = (type: string): boolean =>
  type === "image-file" || type === "images/separated" || type === "images";

/** The pictures of one value: one, or a list logged together. Empty when it holds none. */
export function picturesOf(value: Value, urls: Readonly<Record<string, string>>): Picture[] {
  const captions = list(value.captions);
  if (!holdsPictures(String(value._type))) return [];
  const path = text(value.path);
  if (path) return [{ path, url: urls[path] ?? null, caption: text(value.caption) }];
  return list(value.filenames).flatMap((name, index) => {
    const file = text(name);
    return file ? [{ path: file, url: urls[file] ?? null, caption: text(captions[index]) }] : [];
  });
}
