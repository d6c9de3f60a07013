import { useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import type { Registries } from "@/api/contract";
import { CreateRegistryButton } from "@/domains/registry/create-registry";
import { FoundCollections } from "@/domains/registry/found-collections";
import { registriesQuery } from "@/domains/registry/queries";
import { RegistryCards } from "@/domains/registry/registry-cards";
import { readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { CodeBlock } from "@/ui/code-block";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Input } from "@/ui/field";
import { Page } from "@/ui/page";
import { hasWords } from "@/ui/picker";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./registries.module.css";

/** The registries of the user's organizations, or, on its page, of the one that the address names. The search is in the
 *  address. */
export default function RegistriesPage() {
  const { t } = useTranslation();
  const only = readName(useParams().org);
  useTitle(t("registries.title"), only);
  const { data, error, refetch } = useQuery(registriesQuery);
  const writable = (data?.writable ?? []).filter((name) => !only || name === only);
  return (
    <Page
      title={t("registries.title")}
      nested={only !== ""}
      actions={<CreateRegistryButton organizations={writable} />}
    >
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows />)}
      {data && data.organizations.length === 0 && (
        <EmptyState title={t("registries.noOrganization")}>
          <p>{t("registries.noOrganizationText")}</p>
          <CodeBlock name={t("registries.command")} text="steelyard org create NAME --admin USER" />
        </EmptyState>
      )}
      {data && data.organizations.length > 0 && <Found data={data} only={only} canCreate={writable.length > 0} />}
    </Page>
  );
}

function Found({ data, only, canCreate }: { data: Registries; only: string; canCreate: boolean }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const query = params.get("q") ?? "";
  const searched = useDeferredValue(query.trim());
  const mine = data.registries.filter((one) => !only || one.organization === only);
  const found = mine.filter((one) => hasWords(`${one.name} ${one.description} ${one.types.join(" ")}`, query));
  if (mine.length === 0)
    return (
      <EmptyState title={t("registries.none")}>
        {canCreate ? t("registries.noneText") : t("registries.noneReadOnly")}
      </EmptyState>
    );
  return (
    <>
      <div className={styles.tools}>
        <Input
          type="search"
          aria-label={t("registries.search")}
          placeholder={t("registries.search")}
          value={query}
          onChange={(event) => setParams(event.target.value ? { q: event.target.value } : {}, { replace: true })}
        />
        <span className={styles.count} role="status">
          {t("registries.count", { count: found.length })}
        </span>
      </div>
      {found.length > 0 && <RegistryCards registries={found} withOrganization={data.organizations.length > 1} />}
      {searched && <FoundCollections text={searched} />}
    </>
  );
}
