import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { PersonUsage } from "@/api/contract";
import { entityPath } from "@/lib/paths";
import { UsageTable } from "./usage-table";

/** What each person made, in the projects of a page. */
export function People({ people, total }: { people: readonly PersonUsage[]; total: number }) {
  const { t } = useTranslation();
  const rows = people.map(({ username, usage }) => ({
    key: username ?? "",
    name: username === null ? t("storage.gone") : <Link to={entityPath(username)}>{username}</Link>,
    usage,
  }));
  return <UsageTable label={t("storage.people")} head={t("storage.person")} rows={rows} total={total} />;
}
