import { useTranslation } from "react-i18next";
import type { EntityRef } from "@/api/contract";
import { useUser } from "@/domains/accounts/session";
import { EmptyState } from "@/ui/empty-state";
import { CreateProjectButton } from "./create-project";

/** An entity without projects; whoever may write is offered to make one. */
export function NoProjects({ entity }: { entity: EntityRef }) {
  const { t } = useTranslation();
  const { entities } = useUser();
  const mine = entities.some((one) => one.name === entity.name && one.role !== "viewer");
  return (
    <EmptyState title={t("projects.list.none")} action={mine && <CreateProjectButton entity={entity.name} />}>
      {mine ? t("projects.list.noneText") : t("projects.list.noneReadOnly")}
    </EmptyState>
  );
}
