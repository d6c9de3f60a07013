import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type CollectionRef, collectionQuery } from "@/domains/artifacts/queries";
import { VersionTable } from "@/domains/artifacts/version-table";
import { isAbsent } from "@/lib/failure";
import { useTitle } from "@/lib/title";
import { ErrorState } from "@/ui/error-state";
import { Markdown } from "@/ui/markdown";
import { SkeletonRows } from "@/ui/skeleton";
import { Absent } from "./absent";
import styles from "./artifacts.module.css";
import { BackToAll } from "./back-to";

/** One collection: what it is, and its versions from the newest on. */
export function CollectionView({ place }: { place: CollectionRef }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(collectionQuery(place));
  useTitle(place.collection, t("artifacts.title"), place.project);
  if (isAbsent(error)) return <Absent place={place} />;
  return (
    <div className={styles.column}>
      <header className={styles.head}>
        <BackToAll entity={place.entity} project={place.project} />
        <h1 className={styles.title}>{place.collection}</h1>
        <span className={styles.muted}>
          {place.type}
          {data && ` · ${t("artifacts.count", { count: data.versions.length })}`}
        </span>
      </header>
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />)}
      {data?.collection.description && <Markdown text={data.collection.description} />}
      {data && <VersionTable versions={data.versions} />}
    </div>
  );
}
