import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";
import { useUser } from "@/domains/accounts/session";
import { ADMIN_PATH, adminPath } from "@/lib/paths";
import { EmptyState } from "@/ui/empty-state";
import { TabFrame } from "@/ui/tab-frame";

export const ADMIN_PARTS = [
  "overview",
  "users",
  "teams",
  "projects",
  "storage",
  "federation",
  "jobs",
  "audit",
  "settings",
] as const;
export type AdminPart = (typeof ADMIN_PARTS)[number];

export const adminPartPath = (part: AdminPart): string => (part === "overview" ? ADMIN_PATH : adminPath(part));

/** The frame of the pages for administrators of the server: their tabs, and the page. Others are told whose they are. */
export function AdminFrame() {
  const { t } = useTranslation();
  const { admin } = useUser();
  if (!admin)
    return (
      <main id="content" tabIndex={-1}>
        <EmptyState title={t("admin.onlyAdmins")} />
      </main>
    );
  const tabs = ADMIN_PARTS.map((part) => ({
    to: adminPartPath(part),
    label: t(`admin.nav.${part}`),
    end: part === "overview",
  }));
  return (
    <TabFrame label={t("admin.parts")} tabs={tabs}>
      <Outlet />
    </TabFrame>
  );
}
