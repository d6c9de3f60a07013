import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ApiKey } from "@/api/contract";
import { ConfirmButton } from "@/ui/confirm-button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { ActionsHead, Head, RowActions, Table } from "@/ui/table";
import { apiKeysQuery, useRevokeKey } from "./keys";
import styles from "./people.module.css";

export function KeyTable() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(apiKeysQuery);
  const { mutateAsync: revoke } = useRevokeKey();
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={3} />;
  if (data.length === 0) return <EmptyState title={t("accounts.key.none")}>{t("accounts.key.noneText")}</EmptyState>;
  return (
    <Table label={t("accounts.key.title")}>
      <thead>
        <tr>
          <Head>{t("accounts.key.name")}</Head>
          <Head>{t("accounts.key.hint")}</Head>
          <Head>{t("accounts.rights.bounds")}</Head>
          <Head>{t("accounts.key.createdAt")}</Head>
          <Head>{t("accounts.key.lastUsedAt")}</Head>
          <ActionsHead />
        </tr>
      </thead>
      <tbody>
        {data.map((key) => (
          <tr key={key.id}>
            <td>{key.name || t("common.none")}</td>
            <td>
              <code>{key.hint}</code>
            </td>
            <td>
              <Bounds of={key} />
            </td>
            <td>
              <RelativeTime at={key.createdAt} />
            </td>
            <td>
              <RelativeTime at={key.lastUsedAt} empty={t("common.never")} />
            </td>
            <RowActions>
              <ConfirmButton
                label={t("accounts.key.revoke")}
                question={t("accounts.key.revokeQuestion", { name: key.name || key.hint })}
                onConfirm={() => revoke(key.id)}
              >
                {t("accounts.key.revokeText")}
              </ConfirmButton>
            </RowActions>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** What the key is good for, in the fewest words. */
function Bounds({ of: key }: { of: ApiKey }) {
  const { t, i18n } = useTranslation();
  const date = key.expiresAt && new Date(key.expiresAt);
  const words = [
    key.rights !== "all" && t(`accounts.rights.${key.rights}`),
    key.projects?.join(", "),
    key.networks.join(", "),
    date && date < new Date() && t("accounts.rights.over"),
    date && date >= new Date() && t("accounts.rights.until", { date: date.toLocaleDateString(i18n.language) }),
  ].filter(Boolean);
  return <div className={styles.bounds}>{words.length > 0 ? words.join(" · ") : t("accounts.rights.none")}</div>;
}
