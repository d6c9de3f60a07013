import { Crosshair, Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LineageCluster, LineageDirection, LineageNode } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { IconButton } from "@/ui/icon-button";
import { type Drawing, kinOf } from "./graph";
import { GraphNode } from "./graph-node";
import { type Arrow, curve, layOut, neighbourOf } from "./layout";
import styles from "./lineage.module.css";
import { useViewport } from "./use-viewport";
import { centreOn, firstView, fit, reveal, zoomAt } from "./viewport";

const ZOOM_STEP = 1.25;

interface LineageCanvasProps {
  drawing: Drawing;
  start: string;
  colorOf: (type: string) => string;
  onExpand: (node: string, direction: LineageDirection) => void;
  onMember: (cluster: LineageCluster, node: LineageNode) => void;
}

/** The graph from left to right, to move, to scale and to walk through. */
export function LineageCanvas({ drawing, start, colorOf, onExpand, onMember }: LineageCanvasProps) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const holders = useRef(new Map<string, HTMLDivElement>());
  const { view, setView, size, handlers } = useViewport(frame);
  const layout = useMemo(() => layOut(drawing), [drawing]);
  const [marked, setMarked] = useState(start);
  const [hovered, setHovered] = useState<string | null>(null);
  const drawn = useMemo(() => new Set(drawing.items.map(({ id }) => id)), [drawing]);
  const kin = useMemo(() => (hovered === null ? null : kinOf(drawing, hovered)), [drawing, hovered]);
  const at = drawn.has(marked) ? marked : start;

  // the first look; later ones keep the place of the start, so that what is expanded grows around it
  const placed = useRef<{ x: number; y: number } | null>(null);
  const startBox = layout.boxes.get(start);
  useEffect(() => {
    if (!size || size.width === 0 || !startBox) return;
    const before = placed.current;
    placed.current = { x: startBox.x, y: startBox.y };
    if (!before) setView(firstView(layout, startBox, size));
    else
      setView((now) => ({
        ...now,
        x: now.x + (before.x - startBox.x) * now.scale,
        y: now.y + (before.y - startBox.y) * now.scale,
      }));
  }, [layout, startBox, size, setView]);

  const middle = { x: (size?.width ?? 0) / 2, y: (size?.height ?? 0) / 2 };
  const zoom = (factor: number) => setView((now) => zoomAt(now, factor, middle));
  const fitAll = () => size && setView(fit(layout, size));
  const toStart = () => {
    if (!size || !startBox) return;
    setView((now) => centreOn(startBox, size, Math.max(now.scale, 0.75)));
    focus(start);
  };
  const focus = (id: string) => {
    setMarked(id);
    holders.current.get(id)?.querySelector<HTMLElement>("[data-item]")?.focus({ preventScroll: true });
    const box = layout.boxes.get(id);
    if (box && size) setView((now) => reveal(now, box, size));
  };
  const expand = (id: string) => {
    const item = drawing.items.find((one) => one.id === id);
    if (item?.kind !== "node") return false;
    if (item.moreUp > 0) onExpand(item.id, "up");
    if (item.moreDown > 0) onExpand(item.id, "down");
    return item.moreUp + item.moreDown > 0;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // a popover of a cluster is inside of the tree of components, not of the graph
    if (!frame.current?.contains(event.target as Node) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) {
      const next = neighbourOf(drawing, layout, at, event.key as Arrow);
      if (next) focus(next);
    } else if (event.key === " ") {
      if (!expand(at)) return;
    } else if (event.key === "+" || event.key === "=") zoom(ZOOM_STEP);
    else if (event.key === "-") zoom(1 / ZOOM_STEP);
    else if (event.key === "0") fitAll();
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.canvas}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: its items are links and buttons; keys and drags move around among them */}
      <div ref={frame} className={styles.frame} onKeyDown={onKeyDown} {...handlers}>
        <p id="lineage-help" className="visually-hidden">
          {t("artifacts.lineage.help")}
        </p>
        <section
          className={styles.plane}
          aria-label={t("artifacts.lineage.label")}
          aria-describedby="lineage-help"
          style={{
            transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
            width: layout.width,
            height: layout.height,
          }}
          data-ready={size !== null || undefined}
        >
          <svg className={styles.edges} width={layout.width} height={layout.height} aria-hidden="true">
            <defs>
              <marker
                id="lineage-arrow"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0,0 8,4 0,8z" className={styles.arrow} />
              </marker>
            </defs>
            {drawing.edges.map(({ key, from, to, usedAs }) => (
              <path
                key={key}
                d={curve(layout.paths.get(key) ?? [])}
                className={cx(styles.edge, kin && (kin.has(from) && kin.has(to) ? styles.kin : styles.faded))}
                markerEnd="url(#lineage-arrow)"
              >
                {usedAs && <title>{t("artifacts.lineage.usedAs", { name: usedAs })}</title>}
              </path>
            ))}
          </svg>
          {drawing.items.map((item) => {
            const box = layout.boxes.get(item.id);
            if (!box) return null;
            const type =
              item.kind === "cluster" ? item.cluster.type : item.node.kind === "artifact" ? item.node.type : null;
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: what lies before and behind it lights up
              <div
                key={item.id}
                className={cx(styles.place, kin && !kin.has(item.id) && styles.faded)}
                style={{ left: box.x, top: box.y, width: box.width, height: box.height }}
                onMouseEnter={() => setHovered(item.id)}
                onMouseLeave={() => setHovered(null)}
              >
                <GraphNode
                  item={item}
                  isStart={item.id === start}
                  focusable={item.id === at}
                  color={type === null ? undefined : colorOf(type)}
                  drawn={drawn}
                  ref={(element) => {
                    if (element) holders.current.set(item.id, element);
                    else holders.current.delete(item.id);
                  }}
                  onFocus={() => setMarked(item.id)}
                  onExpand={onExpand}
                  onMember={onMember}
                />
              </div>
            );
          })}
        </section>
      </div>
      <div className={styles.zoom}>
        <IconButton
          label={t("artifacts.lineage.zoomIn")}
          icon={<ZoomIn aria-hidden />}
          onClick={() => zoom(ZOOM_STEP)}
        />
        <IconButton
          label={t("artifacts.lineage.zoomOut")}
          icon={<ZoomOut aria-hidden />}
          onClick={() => zoom(1 / ZOOM_STEP)}
        />
        <IconButton label={t("artifacts.lineage.fit")} icon={<Maximize aria-hidden />} onClick={fitAll} />
        <IconButton label={t("artifacts.lineage.focus")} icon={<Crosshair aria-hidden />} onClick={toStart} />
      </div>
    </div>
  );
}
