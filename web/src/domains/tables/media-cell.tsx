import { Box, File, FileText, Table2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { playAlone } from "@/lib/play-alone";
import { binsOf } from "@/panels/histogram/bins";
import { formatOf } from "@/panels/object3d/format";
import { Object3DView } from "@/panels/object3d/object3d-view";
import { mediaText, overlays } from "./cell-value";
import styles from "./cells.module.css";
import { useTablePlace } from "./table-place";

type Value = Record<string, unknown>;
export interface MediaProps {
  value: Value;
  urls: Readonly<Record<string, string>>;
  /** in the pane of one row: larger, and with what runs only in a sandbox */
  whole?: boolean;
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
/** Only addresses that a browser fetches; the page's own rules keep it from asking other hosts for pictures. */
const isFetched = (url: string | undefined): url is string => url !== undefined && /^(https?:)?\//.test(url);

/** One media value: drawn or played where the browser can, else named with a link to its file. */
export function MediaCell({ value, urls, whole = false }: MediaProps) {
  const type = String(value._type);
  const path = text(value.path) ?? text(value.artifact_path);
  const url = path === null ? undefined : urls[path];
  if (type === "histogram") return <Bars value={value} />;
  if (type.endsWith("table-file") || type.endsWith("-table") || type === "table")
    return <TableLink value={value} path={path} />;
  if (type === "image-file" && isFetched(url)) return <Picture value={value} url={url} whole={whole} />;
  if (type === "audio-file" && isFetched(url))
    return (
      // biome-ignore lint/a11y/useMediaCaption: what was logged has none
      <audio
        className={styles.audio}
        src={url}
        controls
        preload="none"
        aria-label={mediaText(value)}
        onPlay={playAlone}
      />
    );
  if (type === "video-file" && isFetched(url)) return <Video value={value} url={url} whole={whole} />;
  if (type === "html-file" && isFetched(url) && whole)
    return (
      <iframe className={styles.frame} src={url} sandbox="allow-scripts" title={mediaText(value)} loading="lazy" />
    );
  if (type === "object3D-file" && isFetched(url) && whole && path !== null && formatOf(path))
    return (
      <div className={styles.object}>
        <Object3DView url={url} name={path} />
      </div>
    );
  return <FileLink value={value} url={url} />;
}

// smaller than this, a picture is enlarged, and its pixels are what matters
const SMALL_PX = 96;

function Picture({ value, url, whole }: { value: Value; url: string; whole: boolean }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const [small, setSmall] = useState(false);
  const { masks, boxes } = overlays(value);
  if (failed) return <FileLink value={value} url={url} />;
  const notes = [
    masks > 0 && t("tables.masks", { count: masks }),
    boxes > 0 && t("tables.boxes", { count: boxes }),
  ].filter(Boolean);
  return (
    <figure className={styles.picture} data-whole={whole || undefined} data-small={small || undefined}>
      <img
        src={url}
        alt={mediaText(value)}
        loading="lazy"
        decoding="async"
        onError={() => setFailed(true)}
        onLoad={({ currentTarget }) => setSmall(currentTarget.naturalWidth <= SMALL_PX)}
      />
      {notes.length > 0 && <figcaption title={t("tables.overlaysText")}>{notes.join(" · ")}</figcaption>}
    </figure>
  );
}

function Video({ value, url, whole }: { value: Value; url: string; whole: boolean }) {
  if (/\.gif(\?|$)/i.test(text(value.path) ?? "")) return <Picture value={value} url={url} whole={whole} />;
  return (
    // biome-ignore lint/a11y/useMediaCaption: what was logged has none
    <video
      className={styles.video}
      src={url}
      controls
      preload={whole ? "metadata" : "none"}
      aria-label={mediaText(value)}
      onPlay={playAlone}
    />
  );
}

const ICONS: Record<string, typeof File> = { "object3D-file": Box, "molecule-file": Box, "html-file": FileText };

function FileLink({ value, url }: { value: Value; url: string | undefined }) {
  const { t } = useTranslation();
  const Icon = ICONS[String(value._type)] ?? File;
  const name = mediaText(value);
  const label = (
    <>
      <Icon aria-hidden /> {name}
    </>
  );
  if (!isFetched(url))
    return (
      <span className={styles.file} title={url ?? t("tables.mediaAbsent")}>
        {label}
      </span>
    );
  return (
    <a
      className={styles.file}
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      title={`${String(value._type)} · ${name}`}
    >
      {label}
    </a>
  );
}

function TableLink({ value, path }: { value: Value; path: string | null }) {
  const place = useTablePlace();
  const to = path === null ? null : place(path);
  const label = (
    <>
      <Table2 aria-hidden /> {mediaText(value)}
    </>
  );
  return to === null ? (
    <span className={styles.file}>{label}</span>
  ) : (
    <Link className={styles.file} to={to}>
      {label}
    </Link>
  );
}

/** The bars of a histogram, as small as a cell. */
function Bars({ value }: { value: Value }) {
  const { t } = useTranslation();
  const bins = binsOf(value);
  if (!bins) return <span className={styles.file}>{mediaText(value)}</span>;
  const most = Math.max(...bins.counts, 1);
  const width = 100 / bins.counts.length;
  return (
    <svg
      className={styles.spark}
      viewBox="0 0 100 100"
      preserveAspectRatio="none"
      role="img"
      aria-label={t("tables.histogram")}
    >
      {bins.counts.map((count, at) => {
        const height = (count / most) * 100;
        return <rect key={at} x={at * width} y={100 - height} width={width * 0.9} height={height} />;
      })}
    </svg>
  );
}
