import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Badge } from "@/ui/badge";
import { ConfirmButton } from "@/ui/confirm-button";
import { ErrorState } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";
import { browserName } from "./browser-name";
import { sessionsQuery, useRevokeOtherSessions, useRevokeSession } from "./keys";

export function SessionTable() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(sessionsQuery);
  const { mutateAsync: revoke } = useRevokeSession();
  const { mutateAsync: revokeOthers } = useRevokeOtherSessions();
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={2} />;
  const table = (
    <Table label={t("accounts.session.title")}>
      <thead>
        <tr>
          <Head>{t("accounts.session.browser")}</Head>
          <Head>{t("accounts.session.createdAt")}</Head>
          <Head>{t("accounts.session.lastSeenAt")}</Head>
          <ActionsHead />
        </tr>
      </thead>
      <tbody>
        {data.map((session) => (
          <tr key={session.id}>
            <td title={session.userAgent}>{browserName(session.userAgent) || t("accounts.session.unknown")}</td>
            <td>
              <RelativeTime at={session.createdAt} />
            </td>
            <td>
              <RelativeTime at={session.lastSeenAt} />
            </td>
            <RowActions>
              {session.current ? (
                <Badge tone="accent">{t("accounts.session.current")}</Badge>
              ) : (
                <ConfirmButton
                  label={t("accounts.session.revoke")}
                  question={t("accounts.session.revokeQuestion")}
                  onConfirm={() => revoke(session.id)}
                >
                  {t("accounts.session.revokeText")}
                </ConfirmButton>
              )}
            </RowActions>
          </tr>
        ))}
      </tbody>
    </Table>
  );
  return (
    <>
      {table}
      {data.some((session) => !session.current) && (
        <div>
          <ConfirmButton
            size="medium"
            label={t("accounts.session.revokeOthers")}
            question={t("accounts.session.revokeOthersQuestion")}
            onConfirm={() => revokeOthers()}
          >
            {t("accounts.session.revokeOthersText")}
          </ConfirmButton>
        </div>
      )}
    </>
  );
}
