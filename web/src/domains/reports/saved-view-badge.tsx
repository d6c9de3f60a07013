import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Badge } from "@/ui/badge";
import { viewsQuery, workspaceName } from "./queries";

/** On a link to a saved workspace: which one is meant, and that the charts shown are not yet laid out by it. */
export function SavedViewBadge({ entity, project }: { entity: string; project: string }) {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const linkId = search.get("nw");
  const { data } = useQuery({ ...viewsQuery(entity, project), enabled: linkId !== null });
  if (linkId === null || !data) return null;
  const found = data.views.find(({ type, name }) => type === "project-view" && name === workspaceName(linkId));
  return (
    <span title={t("reports.savedText")}>
      <Badge tone={found ? "info" : "warn"}>
        {found ? t("reports.saved", { title: found.title || linkId }) : t("reports.savedAbsent")}
      </Badge>
    </span>
  );
}
