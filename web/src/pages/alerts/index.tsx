import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { AlertList } from "@/domains/alerts/alert-list";
import { inboxQuery, useMarkRead } from "@/domains/alerts/queries";
import { useTitle } from "@/lib/title";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";

/** What the reader's programs told, the newest first; being here is having seen it. */
export default function AlertsPage() {
  const { t } = useTranslation();
  useTitle(t("alerts.title"));
  const { data, error, refetch } = useQuery(inboxQuery);
  const { mutate: markRead } = useMarkRead();
  // what was new when the page was opened stays marked while it is read
  const [firstRead, setFirstRead] = useState<number | null>(null);
  const newest = data?.alerts[0]?.id ?? 0;
  const readUpTo = data?.readUpTo ?? 0;
  useEffect(() => {
    if (!data) return;
    setFirstRead((known) => known ?? readUpTo);
    if (newest > readUpTo) markRead(newest);
  }, [data, newest, readUpTo, markRead]);
  return (
    <Page title={t("alerts.title")}>
      <p>
        <Link to="/settings#alerts">{t("alerts.choose")}</Link>
      </p>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data?.alerts.length === 0 && <EmptyState title={t("alerts.none")}>{t("alerts.noneText")}</EmptyState>}
      {data && data.alerts.length > 0 && <AlertList alerts={data.alerts} readUpTo={firstRead ?? readUpTo} withRun />}
    </Page>
  );
}
