import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { MediaItem } from "@/api/contract";
import { playAlone } from "@/lib/play-alone";
import { buttonClass } from "@/ui/button";
import { PanelNote } from "../frame/panel-frame";
import { formatOf } from "../object3d/format";
import { Object3DView } from "../object3d/object3d-view";
import { type MediaFile, mediaFilesOf } from "./files";
import styles from "./media-files.module.css";

/** Sounds, films, pages and objects of one logged value, with their captions. */
export function MediaFiles({ item, name }: { item: MediaItem; name: string }) {
  const { t } = useTranslation();
  const files = mediaFilesOf(item.value, item.urls);
  const type = String(item.value._type);
  if (files.length === 0) return <PanelNote>{t("charts.media.unsupported", { type })}</PanelNote>;
  return (
    <div className={styles.files}>
      {files.map((file, index) => (
        <div key={`${index} ${file.path}`} className={styles.file} data-kind={file.kind}>
          <Shown file={file} label={file.caption ?? t("charts.media.of", { key: name, step: item.step })} type={type} />
          {file.caption && (
            <span className={styles.caption} title={file.caption}>
              {file.caption}
            </span>
          )}
        </div>
      ))}
    </div>
  );
}

function Shown({ file: { kind, url, path }, label, type }: { file: MediaFile; label: string; type: string }) {
  const { t } = useTranslation();
  if (url === null) return <PanelNote>{t("charts.media.failed")}</PanelNote>;
  if (kind === "audio")
    return (
      // biome-ignore lint/a11y/useMediaCaption: what was logged has none
      <audio className={styles.audio} src={url} controls preload="metadata" aria-label={label} onPlay={playAlone} />
    );
  if (kind === "video")
    return (
      // biome-ignore lint/a11y/useMediaCaption: what was logged has none
      <video className={styles.video} src={url} controls preload="metadata" aria-label={label} onPlay={playAlone} />
    );
  if (kind === "picture") return <img className={styles.video} src={url} alt={label} loading="lazy" />;
  // scripts of the page run without our origin: they reach neither the session nor this page
  if (kind === "html")
    return <iframe className={styles.page} src={url} sandbox="allow-scripts" title={label} loading="lazy" />;
  if (kind === "object3D" && formatOf(path)) return <Object3DView url={url} name={path} />;
  return (
    <div className={styles.link}>
      <p>{t("charts.media.noViewer", { type })}</p>
      <a href={url} download={path.split("/").at(-1)} className={buttonClass({ size: "small" })}>
        <Download aria-hidden />
        {t("runs.files.download")}
      </a>
    </div>
  );
}
