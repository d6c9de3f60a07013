import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { LineageDirection } from "@/api/contract";
import { Button } from "@/ui/button";
import type { Drawing, Drawn } from "./graph";
import styles from "./lineage.module.css";
import { About, NodeIcon } from "./node-words";
import { moreWord, nodeName, nodePath, useItemName } from "./words";

interface LineageListProps {
  drawing: Drawing;
  start: string;
  onExpand: (node: string, direction: LineageDirection) => void;
}

/** The same as the graph in words: what the version came from and what came of it, step by step. */
export function LineageList({ drawing, start, onExpand }: LineageListProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.lists}>
      {(["up", "down"] as const).map((direction) => (
        <section key={direction} className={styles.side}>
          <h2>{t(direction === "up" ? "artifacts.lineage.before" : "artifacts.lineage.after")}</h2>
          <Steps drawing={drawing} id={start} direction={direction} seen={[start]} onExpand={onExpand} />
        </section>
      ))}
    </div>
  );
}

interface StepsProps {
  drawing: Drawing;
  id: string;
  direction: LineageDirection;
  /** the way here: what stands on it is not entered again */
  seen: readonly string[];
  onExpand: LineageListProps["onExpand"];
}

function Steps({ drawing, id, direction, seen, onExpand }: StepsProps) {
  const { t } = useTranslation();
  const byId = new Map(drawing.items.map((item) => [item.id, item]));
  const next = drawing.edges.flatMap(({ from, to }) => {
    const [near, far] = direction === "up" ? [to, from] : [from, to];
    return near === id && !seen.includes(far) ? (byId.get(far) ?? []) : [];
  });
  const here = byId.get(id);
  const more = here?.kind === "node" ? (direction === "up" ? here.moreUp : here.moreDown) : 0;
  if (next.length === 0 && more === 0)
    return seen.length === 1 ? <p className={styles.muted}>{t("common.none")}</p> : null;
  return (
    <ul className={styles.steps}>
      {next.map((item) => (
        <li key={item.id}>
          <Step item={item} />
          <Steps drawing={drawing} id={item.id} direction={direction} seen={[...seen, item.id]} onExpand={onExpand} />
        </li>
      ))}
      {more > 0 && here?.kind === "node" && (
        <li>
          <Button
            size="small"
            aria-label={t(direction === "up" ? "artifacts.lineage.expandUp" : "artifacts.lineage.expandDown", {
              count: more,
              name: nodeName(here.node),
            })}
            onClick={() => onExpand(id, direction)}
          >
            {moreWord(more)}
          </Button>
        </li>
      )}
    </ul>
  );
}

function Step({ item }: { item: Drawn }) {
  const name = useItemName()(item);
  if (item.kind === "cluster") return <span className={styles.muted}>{name}</span>;
  const to = nodePath(item.node);
  return (
    <span className={styles.step}>
      <NodeIcon node={item.node} />
      {to === null ? name : <Link to={to}>{name}</Link>}
      <span className={styles.muted}>
        <About node={item.node} />
      </span>
    </span>
  );
}
