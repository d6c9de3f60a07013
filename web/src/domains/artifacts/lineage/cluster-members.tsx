import { useInfiniteQuery } from "@tanstack/react-query";
import { Check, Plus } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { LineageCluster, LineageNode } from "@/api/contract";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { Input } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { SkeletonRows } from "@/ui/skeleton";
import { membersQuery } from "../queries";
import styles from "./lineage.module.css";
import { NodeIcon } from "./node-words";
import { nodeName, nodePath } from "./words";

interface ClusterMembersProps {
  cluster: LineageCluster;
  drawn: ReadonlySet<string>;
  onAdd: (node: LineageNode) => void;
}

/** The members of a cluster, to search, to open, and to put into the graph one by one. */
export function ClusterMembers({ cluster, drawn, onAdd }: ClusterMembersProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const find = useDeferredValue(query.trim());
  const { direction, type } = cluster;
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    membersQuery(cluster.of, { direction, type, find }),
  );
  const nodes = data?.pages.flatMap((page) => page.nodes) ?? [];
  return (
    <div className={styles.members}>
      <Input
        type="search"
        value={query}
        placeholder={t("artifacts.lineage.findMembers")}
        aria-label={t("artifacts.lineage.findMembers")}
        onChange={(event) => setQuery(event.target.value)}
      />
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={5} />)}
      {data && nodes.length === 0 && <p className={styles.muted}>{t("artifacts.lineage.noMembers")}</p>}
      <ul className={styles.memberList}>
        {nodes.map((node) => {
          const name = nodeName(node);
          const to = nodePath(node);
          return (
            <li key={node.id} className={styles.member}>
              <NodeIcon node={node} />
              {to === null ? (
                <span className={styles.name}>{name}</span>
              ) : (
                <Link to={to} className={styles.name}>
                  {name}
                </Link>
              )}
              {drawn.has(node.id) ? (
                <Check aria-label={t("artifacts.lineage.shown")} className={styles.muted} />
              ) : (
                <IconButton
                  label={t("artifacts.lineage.addMember", { name })}
                  icon={<Plus aria-hidden />}
                  tooltip={false}
                  onClick={() => onAdd(node)}
                />
              )}
            </li>
          );
        })}
      </ul>
      {hasNextPage && (
        <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("artifacts.tree.more")}
        </Button>
      )}
    </div>
  );
}
