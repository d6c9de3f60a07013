import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StorageWaiting, Usage } from "@/api/contract";
import { formatBytes } from "@/lib/number";
import { Facts } from "@/ui/facts";

/** The sums of a page, and what was deleted and is still there. */
export function Totals({ usage, waiting }: { usage: Usage; waiting?: StorageWaiting }) {
  const { t } = useTranslation();
  const facts: [string, ReactNode][] = [
    [t("storage.total"), formatBytes(usage.totalBytes)],
    [t("storage.versions"), formatBytes(usage.versionBytes)],
    [t("storage.files"), formatBytes(usage.fileBytes)],
    [t("storage.history"), formatBytes(usage.historyBytes)],
  ];
  if (waiting && waiting.trashBytes > 0) facts.push([t("storage.trash"), formatBytes(waiting.trashBytes)]);
  if (waiting && waiting.versionBytes > 0)
    facts.push([
      t("storage.waiting"),
      <span key="waiting" title={t("storage.waitingText")}>
        {t("storage.atMost", { size: formatBytes(waiting.versionBytes) })}
      </span>,
    ]);
  return <Facts facts={facts} />;
}
