import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation } from "react-router";
import { useUser } from "@/domains/accounts/session";
import { ADMIN_PATH, adminPath } from "@/lib/paths";
import { EmptyState } from "@/ui/empty-state";
import { ErrorBoundary } from "@/ui/error-boundary";
import { LinkTabs } from "@/ui/tabs";
import styles from "./admin-frame.module.css";

export const ADMIN_PARTS = ["overview", "users", "teams", "projects", "storage", "jobs", "audit", "settings"] as const;
export type AdminPart = (typeof ADMIN_PARTS)[number];

export const adminPartPath = (part: AdminPart): string => (part === "overview" ? ADMIN_PATH : adminPath(part));

/** The frame of the pages for administrators of the server: their tabs, and the page. Others are told whose they are. */
export function AdminFrame() {
  const { t } = useTranslation();
  const { admin } = useUser();
  const { pathname } = useLocation();
  const bar = useRef<HTMLDivElement>(null);
  // on a narrow screen the tabs scroll: where one is stays in sight
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another tab
  useEffect(() => {
    bar.current?.querySelector("[aria-current=page]")?.scrollIntoView?.({ inline: "center", block: "nearest" });
  }, [pathname]);
  const tabs = ADMIN_PARTS.map((part) => ({
    to: adminPartPath(part),
    label: t(`admin.nav.${part}`),
    end: part === "overview",
  }));
  return (
    <main id="content" tabIndex={-1} className={styles.frame}>
      {admin && (
        <div className={styles.tabs} ref={bar}>
          <LinkTabs label={t("admin.parts")} tabs={tabs} />
        </div>
      )}
      {admin ? (
        <ErrorBoundary resetKey={pathname}>
          <Outlet />
        </ErrorBoundary>
      ) : (
        <EmptyState title={t("admin.onlyAdmins")} />
      )}
    </main>
  );
}
