import { Boxes, Lock, Workflow } from "lucide-react";
import { type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { LineageCluster, LineageDirection, LineageNode } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { Popover } from "@/ui/popover";
import { ClusterMembers } from "./cluster-members";
import type { Drawn } from "./graph";
import styles from "./lineage.module.css";
import { About, NodeIcon } from "./node-words";
import { isGone, moreWord, nodeName, nodePath, useItemName } from "./words";

interface GraphNodeProps {
  item: Drawn;
  isStart: boolean;
  focusable: boolean;
  /** of the type of an artifact */
  color: string | undefined;
  /** node ids that are drawn: members of a cluster that need not be offered again */
  drawn: ReadonlySet<string>;
  ref: Ref<HTMLDivElement>;
  onFocus: () => void;
  onExpand: (node: string, direction: LineageDirection) => void;
  onMember: (cluster: LineageCluster, node: LineageNode) => void;
}

/** One item of the graph: a run, a version, or a cluster of either. */
export function GraphNode({ item, ref, onFocus, ...rest }: GraphNodeProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the focus inside it moves the mark of the graph
    <div ref={ref} className={styles.holder} onFocus={onFocus}>
      {item.kind === "cluster" ? <Cluster item={item} {...rest} /> : <Single item={item} {...rest} />}
    </div>
  );
}

type SingleProps = Omit<GraphNodeProps, "ref" | "onFocus" | "item" | "drawn" | "onMember"> & {
  item: Extract<Drawn, { kind: "node" }>;
};

function Single({ item, isStart, focusable, color, onExpand }: SingleProps) {
  const { t } = useTranslation();
  const { node } = item;
  const name = nodeName(node);
  const to = nodePath(node);
  const look = cx(
    styles.node,
    node.kind === "run" ? styles.run : styles.artifact,
    isStart && styles.start,
    isGone(node) && styles.gone,
  );
  const tabIndex = focusable ? 0 : -1;
  const inner = (
    <>
      {node.kind === "artifact" && <span className={styles.stripe} style={{ background: color }} aria-hidden />}
      <span className={styles.icon}>
        <NodeIcon node={node} />
      </span>
      <span className={styles.words}>
        <span className={styles.name}>{name}</span>
        <span className={styles.about}>
          <About node={node} />
        </span>
      </span>
    </>
  );
  const title = `${name} · ${node.entity}/${node.project}`;
  return (
    <>
      {to === null ? (
        <div className={look} tabIndex={tabIndex} title={title} data-item>
          {inner}
        </div>
      ) : (
        <Link to={to} className={look} tabIndex={tabIndex} title={title} draggable={false} data-item>
          {inner}
        </Link>
      )}
      {item.moreUp > 0 && (
        <button
          type="button"
          tabIndex={-1}
          className={cx(styles.more, styles.moreUp)}
          aria-label={t("artifacts.lineage.expandUp", { count: item.moreUp, name })}
          onClick={() => onExpand(node.id, "up")}
        >
          {moreWord(item.moreUp)}
        </button>
      )}
      {item.moreDown > 0 && (
        <button
          type="button"
          tabIndex={-1}
          className={cx(styles.more, styles.moreDown)}
          aria-label={t("artifacts.lineage.expandDown", { count: item.moreDown, name })}
          onClick={() => onExpand(node.id, "down")}
        >
          {moreWord(item.moreDown)}
        </button>
      )}
    </>
  );
}

type ClusterProps = Omit<GraphNodeProps, "ref" | "onFocus" | "item" | "onExpand" | "isStart"> & {
  item: Extract<Drawn, { kind: "cluster" }>;
};

function Cluster({ item, focusable, color, drawn, onMember }: ClusterProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { cluster } = item;
  const name = useItemName()(item);
  const tabIndex = focusable ? 0 : -1;
  if (cluster.hidden)
    return (
      <div className={cx(styles.node, styles.cluster, styles.hidden)} tabIndex={tabIndex} title={name} data-item>
        <Lock aria-hidden />
        <span className={styles.name}>
          <span aria-hidden>
            {item.count} · {t("artifacts.lineage.hidden")}
          </span>
          <span className="visually-hidden">{name}</span>
        </span>
      </div>
    );
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t("artifacts.lineage.members")}
      trigger={
        <button type="button" className={cx(styles.node, styles.cluster)} tabIndex={tabIndex} title={name} data-item>
          {cluster.kind === "artifact" && <span className={styles.stripe} style={{ background: color }} aria-hidden />}
          {cluster.kind === "run" ? <Workflow aria-hidden /> : <Boxes aria-hidden />}
          <span className={styles.name}>{name}</span>
        </button>
      }
    >
      <ClusterMembers cluster={cluster} drawn={drawn} onAdd={(node) => onMember(cluster, node)} />
    </Popover>
  );
}
