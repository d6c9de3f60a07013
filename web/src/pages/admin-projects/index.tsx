import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ListPage } from "@/domains/admin/list-page";
import { projectsQuery } from "@/domains/admin/queries";
import { useAsked } from "@/domains/admin/use-asked";
import { ProjectTable } from "@/domains/projects/project-table";
import { useTitle } from "@/lib/title";
import { EmptyState } from "@/ui/empty-state";

/** Every project that an administrator may enter, the last active first. */
export default function AllProjectsPage() {
  const { t } = useTranslation();
  useTitle(t("admin.projects.title"), t("admin.title"));
  const list = useAsked();
  const { data, error, refetch } = useQuery(projectsQuery(list.asked));
  return (
    <ListPage
      title={t("admin.projects.title")}
      list={list}
      total={data?.total}
      error={error}
      onRetry={() => void refetch()}
      empty={<EmptyState title={t("admin.projects.none")}>{t("admin.projects.noneText")}</EmptyState>}
    >
      {data && <ProjectTable projects={data.projects} withOwner />}
    </ListPage>
  );
}
