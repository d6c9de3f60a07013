import { useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { AuditLine, AuditPage } from "@/api/contract";
import { type AuditFilter, auditFilePath, auditQuery } from "@/domains/audit/queries";
import { useTitle } from "@/lib/title";
import { Button, buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./admin-audit.module.css";
import { Filters } from "./filters";
import { Lines } from "./lines";

/** For administrators: who did what, the newest first. The filter is in the address. */
export default function AuditLogPage() {
  const { t } = useTranslation();
  useTitle(t("audit.title"));
  return (
    <Page title={t("audit.title")} nested>
      <Log />
    </Page>
  );
}

const DAYS_DEFAULT = 7;
// what the server takes
const DAYS_MAX = 3650;

function useFilter(): [AuditFilter, (change: Partial<AuditFilter>) => void] {
  const [params, setParams] = useSearchParams();
  const filter = {
    actor: params.get("actor") ?? "",
    action: params.get("action") ?? "",
    days: Math.min(Math.max(Math.floor(Number(params.get("days"))) || DAYS_DEFAULT, 1), DAYS_MAX),
  };
  const change = (given: Partial<AuditFilter>) => {
    const { actor, action, days } = { ...filter, ...given };
    const next = new URLSearchParams();
    if (actor) next.set("actor", actor);
    if (action) next.set("action", action);
    if (days !== DAYS_DEFAULT) next.set("days", String(days));
    setParams(next, { replace: true });
  };
  return [filter, change];
}

function Log() {
  const { t } = useTranslation();
  const [filter, change] = useFilter();
  const { data, error, refetch, hasNextPage, isFetching, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    auditQuery(filter),
  );
  const first = data?.pages[0];
  const lines: AuditLine[] = data?.pages.flatMap((page) => page.lines) ?? [];
  return (
    <>
      <p className={styles.text}>{first ? <Kept page={first} /> : t("audit.text")}</p>
      <div className={styles.bar}>
        <Filters filter={filter} actions={first?.actions ?? []} onChange={change} />
        <a className={buttonClass({ size: "small" })} href={auditFilePath(filter)} download>
          <Download aria-hidden />
          {t("audit.download")}
        </a>
      </div>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows />}
      {data && lines.length === 0 && !isFetching && (
        <EmptyState title={t("audit.none")}>{t("audit.noneText")}</EmptyState>
      )}
      {lines.length > 0 && <Lines lines={lines} />}
      {hasNextPage && (
        <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("audit.more")}
        </Button>
      )}
    </>
  );
}

function Kept({ page }: { page: AuditPage }) {
  const { t } = useTranslation();
  if (!page.collecting) return t("audit.off");
  return `${t("audit.text")} ${page.keptDays > 0 ? t("audit.kept", { count: page.keptDays }) : t("audit.keptAll")}`;
}
