import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { ServerSetting } from "@/api/contract";
import styles from "@/domains/admin/admin.module.css";
import { settingsQuery } from "@/domains/admin/queries";
import { useTitle } from "@/lib/title";
import { Badge } from "@/ui/badge";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Select } from "@/ui/field";
import { Page } from "@/ui/page";
import { hasWords } from "@/ui/picker";
import { SearchInput } from "@/ui/search-input";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Table } from "@/ui/table";

type Which = "all" | "set";

/** What the server runs with, and where each value comes from. Search and choice are in the address. */
export default function ServerSettingsPage() {
  const { t } = useTranslation();
  useTitle(t("admin.settings.title"), t("admin.title"));
  const { data, error, refetch } = useQuery(settingsQuery);
  const [params, setParams] = useSearchParams();
  const search = params.get("search") ?? "";
  const which: Which = params.get("which") === "set" ? "set" : "all";
  const choose = (change: { search?: string; which?: Which }) => {
    const chosen = { search, which, ...change };
    const next = new URLSearchParams();
    if (chosen.search) next.set("search", chosen.search);
    if (chosen.which === "set") next.set("which", "set");
    setParams(next, { replace: true });
  };
  const found = (data?.settings ?? []).filter(
    (item) =>
      (which === "all" || item.source !== "default") && hasWords(`${item.name} ${item.variable} ${item.doc}`, search),
  );
  return (
    <Page title={t("admin.settings.title")} nested>
      <p className={styles.text}>{t("admin.settings.text")}</p>
      <div className={styles.tools}>
        <SearchInput label={t("admin.search")} value={search} onChange={(value) => choose({ search: value })} />
        <Select
          aria-label={t("admin.settings.which")}
          value={which}
          options={[
            { value: "all", label: t("admin.settings.all") },
            { value: "set", label: t("admin.settings.set") },
          ]}
          onChange={(value) => choose({ which: value })}
        />
      </div>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && found.length === 0 && (
        <EmptyState title={search ? t("admin.noMatch", { query: search }) : t("admin.settings.none")}>
          {!search && t("admin.settings.noneText")}
        </EmptyState>
      )}
      {found.length > 0 && <SettingTable settings={found} />}
    </Page>
  );
}

function SettingTable({ settings }: { settings: readonly ServerSetting[] }) {
  const { t } = useTranslation();
  return (
    <Table label={t("admin.settings.title")}>
      <thead>
        <tr>
          <Head>{t("admin.settings.name")}</Head>
          <Head>{t("admin.settings.value")}</Head>
          <Head>{t("admin.settings.source")}</Head>
        </tr>
      </thead>
      <tbody>
        {settings.map((item) => (
          <tr key={item.name}>
            <td title={item.variable}>
              <div className={styles.long}>
                <code>{item.name}</code>
                <span className={styles.small}>{item.doc}</span>
              </div>
            </td>
            <td>
              {item.value === "" ? (
                <span className={styles.muted}>{t("admin.settings.empty")}</span>
              ) : (
                <code className={`${styles.long} ${styles.block}`}>{String(item.value)}</code>
              )}
            </td>
            <td>
              <Source source={item.source} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Source({ source }: { source: string }) {
  const { t } = useTranslation();
  if (source === "default") return <span className={styles.muted}>{t("admin.settings.default")}</span>;
  return <Badge tone="accent">{source === "flag" ? t("admin.settings.flag") : source}</Badge>;
}
