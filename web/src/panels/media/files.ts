/** Sounds, films, pages and objects inside a logged media value. Trusts nothing: values are whatever a client sent. */

export interface MediaFile {
  kind: "audio" | "video" | "picture" | "html" | "object3D" | "file";
  path: string;
  /** null while the file has not arrived */
  url: string | null;
  caption: string | null;
}

type Value = Record<string, unknown>;
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isValue = (value: unknown): value is Value => typeof value === "object" && value !== null;

const KINDS: Readonly<Record<string, MediaFile["kind"]>> = {
  "audio-file": "audio",
  "video-file": "video",
  "html-file": "html",
  "object3D-file": "object3D",
};
/** Lists of whole values, each with the key that they stand in. */
const LISTS: Readonly<Record<string, string>> = { audio: "audio", videos: "videos", html: "html" };
// the only list whose names leave out their folder
const MEDIA = "media/";
const FOLDER_3D = "media/object3D/";

/** The files of one value: one, or those of a list logged together. Of a kind that has no viewer, files to download. */
export function mediaFilesOf(value: Value, urls: Readonly<Record<string, string>>): MediaFile[] {
  const type = String(value._type);
  const captions = list(value.captions);
  const file = (kind: MediaFile["kind"], path: string, caption: unknown): MediaFile => ({
    // browsers show moving pictures as pictures
    kind: kind === "video" && /\.gif$/i.test(path) ? "picture" : kind,
    path,
    url: urls[path] ?? null,
    caption: text(caption),
  });
  const key = LISTS[type];
  if (key)
    return list(value[key])
      .filter(isValue)
      .flatMap((one, index) =>
        mediaFilesOf(one, urls).map((found) => ({ ...found, caption: found.caption ?? text(captions[index]) })),
      );
  if (Array.isArray(value.filenames))
    return value.filenames.flatMap((name, index) => {
      const path = text(name);
      if (!path) return [];
      const is3D = type === "object3D";
      const whole = is3D && !path.startsWith(MEDIA) ? FOLDER_3D + path : path;
      return [file(is3D ? "object3D" : "file", whole, captions[index])];
    });
  const path =
    [text(value.path), text(value.artifact_path)].find((one) => one !== null && one in urls) ?? text(value.path);
  return path ? [file(KINDS[type] ?? "file", path, value.caption)] : [];
}
