import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { Pager } from "@/ui/pager";
import { SearchInput } from "@/ui/search-input";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./admin.module.css";
import { PAGE_SIZE } from "./queries";
import type { useAsked } from "./use-asked";

interface ListPageProps {
  title: string;
  list: ReturnType<typeof useAsked>;
  /** undefined: not known yet */
  total: number | undefined;
  error: Error | null;
  onRetry: () => void;
  actions?: ReactNode;
  /** beside the search */
  filters?: ReactNode;
  /** shown when there is nothing and nothing was searched for */
  empty: ReactNode;
  children: ReactNode;
}

/** A list that the server pages and searches. */
export function ListPage({ title, list, total, error, onRetry, actions, filters, empty, children }: ListPageProps) {
  const { t } = useTranslation();
  const { asked, set, move } = list;
  return (
    <Page title={title} nested actions={actions}>
      <div className={styles.tools}>
        <SearchInput label={t("admin.search")} value={asked.search} onChange={(value) => set("search", value)} />
        {filters}
      </div>
      {error && <ErrorState error={error} onRetry={onRetry} />}
      {total === undefined && !error && <SkeletonRows />}
      {total === 0 && (asked.search ? <EmptyState title={t("admin.noMatch", { query: asked.search })} /> : empty)}
      {total !== undefined && total > 0 && (
        <>
          {children}
          <Pager offset={Math.min(asked.offset, total - 1)} size={PAGE_SIZE} total={total} onMove={move} />
        </>
      )}
    </Page>
  );
}
