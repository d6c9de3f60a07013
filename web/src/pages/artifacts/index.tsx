import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "react-router";
import type { ArtifactTypes } from "@/api/contract";
import { type ArtifactAddress, readAddress } from "@/domains/artifacts/address";
import { CollectionNav } from "@/domains/artifacts/collections/collection-nav";
import { CollectionTable } from "@/domains/artifacts/collections/collection-table";
import { HowToLogArtifact } from "@/domains/artifacts/collections/how-to-log";
import { recentCollections } from "@/domains/artifacts/collections/nav-rows";
import { artifactTypesQuery } from "@/domains/artifacts/queries";
import { artifactPath, readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./artifacts.module.css";
import { BackToAll } from "./back-to";
import { CollectionView } from "./collection-view";
import { VersionView } from "./version-view";

/** The project's artifacts: collections at the left, and at the right what the address names. */
export default function ArtifactsPage() {
  const params = useParams();
  const [entity, project] = [readName(params.entity), readName(params.project)];
  const here = readAddress(useLocation().pathname);
  const { data, error, refetch } = useQuery(artifactTypesQuery(entity, project));
  const empty = data?.types.every(({ collections }) => collections.length === 0) ?? false;
  return (
    <div className={styles.page} data-depth={here.type === null ? "list" : "one"} data-alone={empty || undefined}>
      {!empty && (
        <aside className={styles.side}>
          {data ? (
            <CollectionNav entity={entity} project={project} types={data.types} here={here} />
          ) : (
            <div className={styles.wait}>{!error && <SkeletonRows rows={8} />}</div>
          )}
        </aside>
      )}
      <div className={styles.main}>
        {here.collection === null ? (
          <>
            {!data && (
              <div className={styles.wait}>
                {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={10} />}
              </div>
            )}
            {data && <Collections entity={entity} project={project} types={data.types} type={here.type} />}
          </>
        ) : (
          <Named entity={entity} project={project} here={here} types={data?.types.map(({ name }) => name) ?? []} />
        )}
      </div>
    </div>
  );
}

interface Place {
  entity: string;
  project: string;
}

function Named({ entity, project, here, types }: Place & { here: ArtifactAddress; types: readonly string[] }) {
  const ref = { entity, project, type: here.type ?? "", collection: here.collection ?? "" };
  // a key each: what is folded, searched for or shown belongs to the one it was done in
  if (here.version === null) return <CollectionView key={JSON.stringify(ref)} place={ref} types={types} />;
  const place = { ...ref, version: here.version };
  return <VersionView key={JSON.stringify(place)} place={place} tab={here.tab} path={here.path} />;
}

function Collections({ entity, project, types, type }: Place & ArtifactTypes & { type: string | null }) {
  const { t } = useTranslation();
  useTitle(type, t("artifacts.title"), project);
  const collections = recentCollections(types, type);
  return (
    <div className={styles.column}>
      <header className={styles.head}>
        {type !== null && <BackToAll entity={entity} project={project} />}
        <h1 className={styles.title}>{type ?? t("artifacts.title")}</h1>
      </header>
      {collections.length > 0 && (
        <CollectionTable entity={entity} project={project} collections={collections} withType={type === null} />
      )}
      {collections.length === 0 && type === null && <HowToLogArtifact entity={entity} project={project} />}
      {collections.length === 0 && type !== null && (
        <EmptyState
          title={t("artifacts.noneOfType", { type })}
          action={
            <Link to={artifactPath(entity, project)} className={buttonClass()}>
              {t("artifacts.all")}
            </Link>
          }
        >
          {t("artifacts.noneOfTypeText")}
        </EmptyState>
      )}
    </div>
  );
}
