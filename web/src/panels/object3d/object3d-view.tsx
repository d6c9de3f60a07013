import { Download, RotateCcw } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fetchStored } from "@/api/stored";
import { formatInteger } from "@/lib/number";
import { useAppearance } from "@/lib/theme";
import { Button, buttonClass } from "@/ui/button";
import { IconButton } from "@/ui/icon-button";
import { SkeletonRows } from "@/ui/skeleton";
import { formatOf } from "./format";
import styles from "./object3d-view.module.css";
import type { Stage } from "./stage";

interface Object3DViewProps {
  url: string;
  /** its ending tells the format */
  name: string;
}

const MOST_BYTES = 200e6;
const TURN = Math.PI / 24;
const POINT_SIZES = { min: 1, max: 8, first: 2 };

/** A point cloud or a model to look at from all sides. Browsers draw few at once: it is there while it is on the screen. */
export function Object3DView({ url, name }: Object3DViewProps) {
  const { t } = useTranslation();
  const theme = useAppearance((state) => state.theme);
  const box = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const seen = useSeen(box);
  const { stage, failed } = useStage(host, url, name, seen);
  const [up, setUp] = useState<"y" | "z" | null>(null);
  const [size, setSize] = useState(POINT_SIZES.first);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides the colour of the text
  useEffect(() => {
    if (host.current) stage?.setInk(getComputedStyle(host.current).color);
  }, [stage, theme]);
  useEffect(() => stage?.setPointSize(size), [stage, size]);
  useEffect(() => {
    if (up) stage?.setUp(up);
  }, [stage, up]);

  if (failed)
    return (
      <div className={styles.note}>
        <p>{t("charts.object3d.failed")}</p>
        <a href={url} download={name.split("/").at(-1)} className={buttonClass({ size: "small" })}>
          <Download aria-hidden />
          {t("runs.files.download")}
        </a>
      </div>
    );
  const axis = up ?? stage?.up ?? "y";
  const label = stage
    ? t(stage.isCloud ? "charts.object3d.cloud" : "charts.object3d.model", {
        name,
        count: stage.count,
        shown: formatInteger(stage.count),
      })
    : name;
  return (
    <div ref={box} className={styles.box}>
      <div
        ref={host}
        className={styles.stage}
        role="img"
        aria-label={label}
        aria-busy={!stage}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys turn it
        tabIndex={0}
        onKeyDown={(event) => stage && onKey(event, stage)}
      >
        {!stage && <SkeletonRows rows={4} />}
      </div>
      {stage && (
        <div className={styles.tools}>
          <span className={styles.count} title={t("charts.object3d.keys")}>
            {t(stage.isCloud ? "charts.object3d.points" : "charts.object3d.triangles", {
              count: stage.count,
              shown: formatInteger(stage.count),
            })}
            {stage.drawn < stage.count && ` ${t("charts.object3d.thinned", { drawn: formatInteger(stage.drawn) })}`}
          </span>
          {stage.isCloud && (
            <input
              type="range"
              {...POINT_SIZES}
              value={size}
              aria-label={t("charts.object3d.size")}
              title={t("charts.object3d.size")}
              onChange={(event) => setSize(Number(event.target.value))}
            />
          )}
          <Button size="small" title={t("charts.object3d.upText")} onClick={() => setUp(axis === "y" ? "z" : "y")}>
            {t("charts.object3d.up", { axis: axis.toUpperCase() })}
          </Button>
          <IconButton label={t("charts.object3d.reset")} icon={<RotateCcw aria-hidden />} onClick={stage.reset} />
        </div>
      )}
    </div>
  );
}

function onKey(event: KeyboardEvent, stage: Stage): void {
  const actions: Record<string, () => void> = {
    ArrowLeft: () => stage.turn(-TURN, 0),
    ArrowRight: () => stage.turn(TURN, 0),
    ArrowUp: () => stage.turn(0, -TURN),
    ArrowDown: () => stage.turn(0, TURN),
    "+": () => stage.zoom(0.9),
    "-": () => stage.zoom(1 / 0.9),
    "0": stage.reset,
  };
  const action = actions[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}

/** Whether the element is on the screen. */
function useSeen(element: React.RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const watch = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting ?? false));
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [element]);
  return seen;
}

function useStage(host: React.RefObject<HTMLElement | null>, url: string, name: string, seen: boolean) {
  const [stage, setStage] = useState<Stage | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const format = formatOf(name);
    const element = host.current;
    if (!seen || !element) return;
    const gone = new AbortController();
    let made: Stage | null = null;
    const open = async () => {
      if (!format) throw new Error("no format of an object");
      const answer = await fetchStored(url, gone.signal);
      if (Number(answer.headers.get("Content-Length") ?? 0) > MOST_BYTES) throw new Error("too large to draw");
      const data = await answer.arrayBuffer();
      const { openStage } = await import("./stage");
      if (gone.signal.aborted) return;
      const opened = await openStage(element, data, format);
      if (gone.signal.aborted) return opened.dispose();
      made = opened;
      setStage(opened);
    };
    open().catch(() => {
      if (!gone.signal.aborted) setFailed(true);
    });
    return () => {
      gone.abort();
      made?.dispose();
      setStage(null);
    };
  }, [host, url, name, seen]);
  return { stage, failed };
}
