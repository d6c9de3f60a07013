import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MediaItem } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { PanelNote } from "../frame/panel-frame";
import { type Picture, picturesOf } from "./images";
import styles from "./media-panel.module.css";

/** The pictures of one logged value with their captions. */
export function Pictures({ item, name }: { item: MediaItem; name: string }) {
  const { t } = useTranslation();
  const pictures = picturesOf(item.value, item.urls);
  if (pictures.length === 0)
    return <PanelNote>{t("charts.media.unsupported", { type: String(item.value._type) })}</PanelNote>;
  return (
    <div className={styles.pictures} data-count={pictures.length}>
      {pictures.map((picture, index) => (
        <div key={`${index} ${picture.path}`} className={styles.picture}>
          <Shown picture={picture} alt={picture.caption ?? t("charts.media.image", { key: name, step: item.step })} />
          {picture.caption && (
            <span className={styles.caption} title={picture.caption}>
              {picture.caption}
            </span>
          )}
        </div>
      ))}
    </div>
  );
}

const RETRY_FIRST_MS = 2000;
const RETRY_LAST_MS = 30_000;
// smaller than this, a picture is enlarged, and its pixels are what matters
const SMALL_PX = 96;

/** A picture whose file may still be on its way: asked again, ever more slowly. */
function Shown({ picture: { url }, alt }: { picture: Picture; alt: string }) {
  const { t } = useTranslation();
  const [tries, setTries] = useState(0);
  const [failed, setFailed] = useState(false);
  const [small, setSmall] = useState(false);
  useEffect(() => {
    if (!failed) return;
    const wait = Math.min(RETRY_FIRST_MS * 2 ** tries, RETRY_LAST_MS);
    const timer = setTimeout(() => {
      setTries((count) => count + 1);
      setFailed(false);
    }, wait);
    return () => clearTimeout(timer);
  }, [failed, tries]);
  if (!url || failed) return <div className={styles.missing}>{t("charts.media.failed")}</div>;
  return (
    <img
      key={tries}
      src={url}
      alt={alt}
      className={cx(small && styles.pixelated)}
      decoding="async"
      onError={() => setFailed(true)}
      onLoad={({ currentTarget }) => setSmall(currentTarget.naturalWidth <= SMALL_PX)}
    />
  );
}
