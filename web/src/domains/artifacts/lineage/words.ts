import { useTranslation } from "react-i18next";
import type { LineageNode } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { artifactPath, runPath } from "@/lib/paths";
import type { Drawn } from "./graph";

const DIGEST_SHOWN = 8;

/** "digits:v3", or a run's title. */
export function nodeName(node: LineageNode): string {
  if (node.kind === "run") return node.title;
  const { version } = node;
  return `${node.collection}:${version.length > 20 ? version.slice(0, DIGEST_SHOWN) : version}`;
}

/** Its page; null for a run that lies in the trash. */
export function nodePath(node: LineageNode): string | null {
  if (node.kind === "run")
    return node.state === "deleted" ? null : runPath(node.entity, node.project, node.run, "overview");
  return artifactPath(node.entity, node.project, node.type, node.collection, node.version);
}

export const isGone = ({ state }: LineageNode): boolean => state === "deleted" || state === "DELETED";

/** What an item is called, as a function of it. */
export function useItemName(): (item: Drawn) => string {
  const { t } = useTranslation();
  return (item) => {
    if (item.kind === "node") return nodeName(item.node);
    const { kind, type, hidden } = item.cluster;
    const count = item.count;
    if (hidden)
      return t(kind === "run" ? "artifacts.lineage.hiddenRuns" : "artifacts.lineage.hiddenArtifacts", { count });
    return kind === "run"
      ? t("artifacts.lineage.clusterRuns", { count })
      : t("artifacts.lineage.clusterArtifacts", { count, type: type ?? "" });
  };
}

export const moreWord = (count: number): string => `+${formatInteger(count)}`;
