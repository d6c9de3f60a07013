import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { CollectionAbout, CollectionHeader } from "@/domains/artifacts/collections/collection-header";
import { type CollectionRef, collectionQuery } from "@/domains/artifacts/queries";
import { VersionList } from "@/domains/artifacts/versions/version-list";
import { isAbsent } from "@/lib/failure";
import { useTitle } from "@/lib/title";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { Absent } from "./absent";
import styles from "./artifacts.module.css";
import { BackToAll } from "./back-to";

/** One collection: what it is, and its versions from the newest on. */
export function CollectionView({ place, types }: { place: CollectionRef; types: readonly string[] }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(collectionQuery(place));
  useTitle(place.collection, t("artifacts.title"), place.project);
  if (isAbsent(error)) return <Absent place={place} />;
  return (
    <div className={styles.column}>
      <BackToAll entity={place.entity} project={place.project} />
      {!data && <h1 className={styles.title}>{place.collection}</h1>}
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />)}
      {data && (
        <>
          <CollectionHeader place={place} page={data} types={types} />
          <CollectionAbout place={place} page={data} />
          <VersionList place={place} page={data} />
        </>
      )}
    </div>
  );
}
