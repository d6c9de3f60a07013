import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import type { ArtifactDetail } from "@/api/contract";
import { isAbsent } from "@/lib/failure";
import { artifactPath } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { otherName, readOther } from "../address";
import { AliasChips } from "../alias-chips";
import artifactStyles from "../artifacts.module.css";
import { type VersionRef, versionQuery } from "../queries";
import { VersionPicker } from "../versions/version-picker";
import styles from "./compare.module.css";
import { FileChanges } from "./file-changes";
import { MetadataChanges } from "./metadata-changes";

/** What changed from another version to this one. Without a choice in the address, the version before is the other. */
export function CompareVersions({ place, version }: { place: VersionRef; version: ArtifactDetail }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const asked = params.get("with") ?? version.previous ?? version.next;
  const named = asked === null ? null : readOther(place, asked);
  const other: VersionRef | null = named && { entity: place.entity, project: place.project, ...named };
  const { data, error, refetch } = useQuery({
    ...versionQuery(other ?? place),
    enabled: other !== null,
  });
  const choose = (name: string) => setParams(name === "" ? {} : { with: name });
  const here = artifactPath(place.entity, place.project, place.type, place.collection);
  if (asked === null || !other)
    return (
      <div className={artifactStyles.column}>
        {asked === null ? (
          <EmptyState title={t("artifacts.compare.only")}>{t("artifacts.compare.onlyText")}</EmptyState>
        ) : (
          <AbsentOther name={asked} to={`${here}/${encodeURIComponent(version.version)}/compare`} />
        )}
      </div>
    );
  const swapped = artifactPath(place.entity, place.project, other.type, other.collection, other.version, "compare");
  return (
    <div className={artifactStyles.column}>
      <div className={styles.sides}>
        <Side
          title={t("artifacts.compare.from")}
          place={other}
          version={data}
          onPick={(name) => choose(otherName(place, { ...other, version: name }))}
        />
        <Link
          to={`${swapped}?with=${encodeURIComponent(otherName(other, { ...place, version: version.version }))}`}
          className={buttonClass({ look: "quiet" })}
          title={t("artifacts.compare.swap")}
        >
          <ArrowLeftRight aria-label={t("artifacts.compare.swap")} />
        </Link>
        <Side
          title={t("artifacts.compare.to")}
          place={place}
          version={version}
          onPick={(name) =>
            void navigate(`${here}/${encodeURIComponent(name)}/compare?with=${encodeURIComponent(asked)}`)
          }
        />
      </div>
      {isAbsent(error) || data?.state === "DELETED" ? (
        <AbsentOther name={asked} to={`${here}/${encodeURIComponent(version.version)}/compare`} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <SkeletonRows rows={8} />
      ) : data.id === version.id ? (
        <EmptyState title={t("artifacts.compare.same")}>{t("artifacts.compare.sameText")}</EmptyState>
      ) : (
        <>
          <MetadataChanges before={data.metadata} after={version.metadata} />
          <FileChanges key={`${data.id} ${version.id}`} place={place} version={version} other={other} before={data} />
        </>
      )}
    </div>
  );
}

interface SideProps {
  title: string;
  place: VersionRef;
  version: ArtifactDetail | undefined;
  onPick: (version: string) => void;
}

/** One of the two, to choose another in its place. */
function Side({ title, place, version, onPick }: SideProps) {
  const { t } = useTranslation();
  const { entity, project, type, collection } = place;
  return (
    <div className={styles.side}>
      <span className={styles.muted}>{title}</span>
      <Link to={artifactPath(entity, project, type, collection, place.version)} className={styles.name}>
        {collection}
      </Link>
      <VersionPicker
        place={place}
        current={version?.version ?? place.version}
        label={t("artifacts.choose")}
        onPick={onPick}
      />
      {version && <AliasChips aliases={version.aliases} />}
    </div>
  );
}

function AbsentOther({ name, to }: { name: string; to: string }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t("artifacts.compare.absent")}
      action={
        <Link to={to} className={buttonClass()}>
          {t("artifacts.compareWith")}
        </Link>
      }
    >
      {t("artifacts.compare.absentText", { name })}
    </EmptyState>
  );
}
