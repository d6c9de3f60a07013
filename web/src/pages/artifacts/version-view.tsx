import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { ArtifactDetail } from "@/api/contract";
import { TABS, type TabName } from "@/domains/artifacts/address";
import { AliasChips } from "@/domains/artifacts/alias-chips";
import { CompareVersions } from "@/domains/artifacts/compare/compare-versions";
import { VersionFiles } from "@/domains/artifacts/files/version-files";
import { type VersionRef, versionQuery } from "@/domains/artifacts/queries";
import { GoneNotice, PendingNotice } from "@/domains/artifacts/version/notices";
import { VersionActions } from "@/domains/artifacts/version/version-actions";
import { VersionOverview } from "@/domains/artifacts/version/version-overview";
import { VersionUsage } from "@/domains/artifacts/version/version-usage";
import { VersionPicker } from "@/domains/artifacts/versions/version-picker";
import { VersionState } from "@/domains/artifacts/versions/version-table";
import { isAbsent } from "@/lib/failure";
import { artifactPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { EmptyState } from "@/ui/empty-state";
import { ErrorBoundary } from "@/ui/error-boundary";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { LinkTabs } from "@/ui/tabs";
import { ValueTree } from "@/ui/value-tree";
import { Absent } from "./absent";
import styles from "./artifacts.module.css";
import { BackToVersions } from "./back-to";

// the layout of graphs is a library of its own
const LineageView = lazy(() => import("@/domains/artifacts/lineage/lineage-view"));

interface VersionViewProps {
  place: VersionRef;
  tab: TabName | null;
  path: string;
}

/** One version, by number, alias or digest, in its tabs. */
export function VersionView({ place, tab, path }: VersionViewProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(versionQuery(place));
  useTitle(`${place.collection}:${place.version}`, place.project);
  if (isAbsent(error)) return <Absent place={place} />;
  return (
    <div className={styles.version}>
      <header className={styles.head}>
        <BackToVersions {...place} />
        <h1 className={styles.title}>
          {place.collection}
          <span className={styles.muted}>:{shortName(data?.version ?? place.version)}</span>
        </h1>
        {data && <AliasChips aliases={data.aliases} />}
        {data && data.state !== "COMMITTED" && <VersionState state={data.state} />}
        {data && <Tools place={place} version={data} tab={tab} />}
      </header>
      <div className={styles.tabs}>
        <LinkTabs
          label={t("artifacts.tabs.label")}
          tabs={tabsOf(data).map((name) => ({
            to: artifactPath(place.entity, place.project, place.type, place.collection, place.version, name),
            label: t(`artifacts.tabs.${name}`),
            here: name === tab,
          }))}
        />
      </div>
      <div className={styles.body}>
        {tab === null && <NoTab place={place} />}
        {!data && tab !== null && (
          <div className={styles.wait}>
            {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />}
          </div>
        )}
        {data && tab !== null && (
          <ErrorBoundary resetKey={tab}>
            <TabContent place={place} version={data} tab={tab} path={path} />
          </ErrorBoundary>
        )}
      </div>
    </div>
  );
}

// a digest is too long for a title
const shortName = (version: string): string => (version.length > 20 ? `${version.slice(0, 12)}…` : version);

/** What is gone has no files to show, and what has not arrived neither. */
const tabsOf = (version: ArtifactDetail | undefined): readonly TabName[] =>
  version && version.state !== "COMMITTED" ? ["overview", "metadata", "lineage"] : TABS;

/** The neighbours of the version, and what can be done with it. */
function Tools({ place, version, tab }: { place: VersionRef; version: ArtifactDetail; tab: TabName | null }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const to = (name: string) => {
    const { entity, project, type, collection } = place;
    // the same part of the other version; a comparison begins anew
    const part = tab === null || tab === "compare" ? [] : [tab];
    return artifactPath(entity, project, type, collection, name, ...part);
  };
  const { previous: older, next: newer } = version;
  if (version.state === "PENDING") return null;
  return (
    <div className={styles.tools}>
      {older && (
        <Link to={to(older)} className={styles.step} title={`${t("artifacts.previous")}: ${older}`}>
          <ChevronLeft aria-label={`${t("artifacts.previous")}: ${older}`} />
        </Link>
      )}
      <VersionPicker
        place={place}
        current={version.version}
        label={t("artifacts.choose")}
        onPick={(name) => void navigate(to(name))}
      />
      {newer && (
        <Link to={to(newer)} className={styles.step} title={`${t("artifacts.next")}: ${newer}`}>
          <ChevronRight aria-label={`${t("artifacts.next")}: ${newer}`} />
        </Link>
      )}
      {version.state === "COMMITTED" && <VersionActions place={place} version={version} />}
    </div>
  );
}

function NoTab({ place }: { place: VersionRef }) {
  const { t } = useTranslation();
  const { entity, project, type, collection, version } = place;
  return (
    <div className={styles.wait}>
      <EmptyState
        title={t("artifacts.noTab")}
        action={<Link to={artifactPath(entity, project, type, collection, version)}>{t("artifacts.toOverview")}</Link>}
      >
        {t("artifacts.noTabText")}
      </EmptyState>
    </div>
  );
}

interface TabContentProps {
  place: VersionRef;
  version: ArtifactDetail;
  tab: TabName;
  path: string;
}

function TabContent({ place, version, tab, path }: TabContentProps) {
  const { t } = useTranslation();
  if (!tabsOf(version).includes(tab) || (tab === "overview" && version.state !== "COMMITTED"))
    return version.state === "DELETED" ? <GoneNotice version={version} /> : <PendingNotice version={version} />;
  switch (tab) {
    case "overview":
      return <VersionOverview place={place} version={version} />;
    case "metadata":
      return (
        <div className={styles.column}>
          <ValueTree tree={version.metadata} name={t("artifacts.metadata")} empty={t("artifacts.noMetadata")} />
        </div>
      );
    case "usage":
      return <VersionUsage version={version} />;
    case "files":
      return <VersionFiles place={place} version={version} path={path} />;
    case "lineage":
      return (
        <Suspense
          fallback={
            <div className={styles.wait}>
              <SkeletonRows rows={8} />
            </div>
          }
        >
          <LineageView key={version.id} version={version} />
        </Suspense>
      );
    case "compare":
      return <CompareVersions place={place} version={version} />;
  }
}
