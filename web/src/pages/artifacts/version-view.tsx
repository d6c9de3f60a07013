import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ArtifactDetail } from "@/api/contract";
import { TABS, type TabName } from "@/domains/artifacts/address";
import { AliasChips } from "@/domains/artifacts/alias-chips";
import { type VersionRef, versionQuery } from "@/domains/artifacts/queries";
import { VersionFiles } from "@/domains/artifacts/version-files";
import { VersionOverview } from "@/domains/artifacts/version-overview";
import { VersionState } from "@/domains/artifacts/version-table";
import { VersionUsage } from "@/domains/artifacts/version-usage";
import { isAbsent } from "@/lib/failure";
import { artifactPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { ErrorBoundary } from "@/ui/error-boundary";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { LinkTabs } from "@/ui/tabs";
import { ValueTree } from "@/ui/value-tree";
import { Absent } from "./absent";
import styles from "./artifacts.module.css";
import { BackToVersions } from "./back-to";

interface VersionViewProps {
  place: VersionRef;
  tab: TabName | null;
  path: string;
}

/** One version, by number or alias, in its tabs. */
export function VersionView({ place, tab, path }: VersionViewProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(versionQuery(place));
  useTitle(`${place.collection}:${place.version}`, place.project);
  if (isAbsent(error) || tab === null) return <Absent place={place} />;
  const { entity, project, type, collection, version } = place;
  return (
    <div className={styles.version}>
      <header className={styles.head}>
        <BackToVersions {...place} />
        <h1 className={styles.title}>
          {collection}
          <span className={styles.muted}>:{data?.version ?? version}</span>
        </h1>
        {data && <AliasChips aliases={data.aliases} />}
        {data && data.state !== "COMMITTED" && <VersionState state={data.state} />}
      </header>
      <div className={styles.tabs}>
        <LinkTabs
          label={t("artifacts.tabs.label")}
          tabs={TABS.map((name) => ({
            to: artifactPath(entity, project, type, collection, version, name),
            label: t(`artifacts.tabs.${name}`),
            here: name === tab,
          }))}
        />
      </div>
      <div className={styles.body}>
        {!data && (
          <div className={styles.wait}>
            {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />}
          </div>
        )}
        {data && (
          <ErrorBoundary resetKey={tab}>
            <TabContent version={data} tab={tab} path={path} />
          </ErrorBoundary>
        )}
      </div>
    </div>
  );
}

function TabContent({ version, tab, path }: { version: ArtifactDetail; tab: TabName; path: string }) {
  const { t } = useTranslation();
  switch (tab) {
    case "overview":
      return <VersionOverview version={version} />;
    case "metadata":
      return (
        <div className={styles.column}>
          <ValueTree tree={version.metadata} name={t("artifacts.metadata")} empty={t("artifacts.noMetadata")} />
        </div>
      );
    case "usage":
      return <VersionUsage version={version} />;
    case "files":
      return <VersionFiles version={version} path={path} />;
  }
}
