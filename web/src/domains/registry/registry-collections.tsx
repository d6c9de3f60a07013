import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Registry } from "@/api/contract";
import { CollectionTable } from "@/domains/artifacts/collections/collection-table";
import { recentCollections } from "@/domains/artifacts/collections/nav-rows";
import { artifactTypesQuery } from "@/domains/artifacts/queries";
import { CodeBlock } from "@/ui/code-block";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./registry.module.css";

/** What a registry holds, or how something gets there. */
export function RegistryCollections({ registry }: { registry: Registry }) {
  const { t } = useTranslation();
  const { entity, project } = registry;
  const { data, error, refetch } = useQuery(artifactTypesQuery(entity, project));
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={6} />;
  const collections = recentCollections(data.types, null);
  return (
    <div className={styles.part}>
      {collections.length > 0 ? (
        <CollectionTable entity={entity} project={project} collections={collections} withType />
      ) : (
        <EmptyState title={t("registries.empty")}>{t("registries.emptyText")}</EmptyState>
      )}
      {registry.canWrite && (
        <CodeBlock
          name={t("registries.howTo")}
          text={`run.link_artifact(artifact, "${project}/${t("registries.someName")}", aliases=["prod"])`}
        />
      )}
    </div>
  );
}
