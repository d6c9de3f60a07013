import { Ban, Package } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { LineageNode } from "@/api/contract";
import { formatBytes } from "@/lib/number";
import { Badge } from "@/ui/badge";
import { StateIcon } from "@/ui/state-icon";
import { isGone } from "./words";

/** A run by its state, a version as a package; a bar where either is gone. */
export function NodeIcon({ node }: { node: LineageNode }) {
  if (node.kind === "artifact") return isGone(node) ? <Ban aria-hidden /> : <Package aria-hidden />;
  return node.state === "deleted" ? <Ban aria-hidden /> : <StateIcon state={node.state} bare />;
}

/** The second line: what kind of thing it is, and what is the matter with it. */
export function About({ node }: { node: LineageNode }) {
  const { t } = useTranslation();
  if (node.kind === "run")
    return (
      <>
        {node.jobType ?? t("artifacts.run")}
        {node.state === "deleted" && ` · ${t("artifacts.lineage.deletedRun")}`}
      </>
    );
  return (
    <>
      {node.type}
      {node.state === "COMMITTED" ? (
        ` · ${formatBytes(node.sizeBytes)}`
      ) : (
        <>
          {" "}
          <Badge tone={node.state === "DELETED" ? "bad" : "warn"}>{t(`artifacts.state.${node.state}`)}</Badge>
        </>
      )}
    </>
  );
}
