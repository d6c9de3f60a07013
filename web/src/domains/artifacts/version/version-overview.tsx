import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ArtifactDetail } from "@/api/contract";
import { exactNumber, formatBytes, formatInteger, formatNumber } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { ChipEditor } from "@/ui/chip-editor";
import { EditableMarkdown } from "@/ui/editable-markdown";
import { useFailureText } from "@/ui/error-state";
import { CodeFact, Facts } from "@/ui/facts";
import { RelativeTime } from "@/ui/relative-time";
import { toast } from "@/ui/toast";
import { AliasChips } from "../alias-chips";
import styles from "../artifacts.module.css";
import { useUpdateVersion } from "../edits";
import { type VersionRef, versionMetricsQuery } from "../queries";
import { RunLink } from "../run-link";
import { VersionState } from "../versions/version-table";
import { AliasEditor } from "./alias-editor";
import { fullName } from "./names";
import { TtlFact } from "./ttl-editor";
import { UsedBy } from "./version-usage";

interface VersionProps {
  place: VersionRef;
  version: ArtifactDetail;
}

/** What a version is: its figures, where it comes from, and what people wrote about it. */
export function VersionOverview({ place, version }: VersionProps) {
  const { t } = useTranslation();
  const { mutateAsync } = useUpdateVersion(place);
  const { entity, project, createdByRun: maker } = version;
  return (
    <div className={styles.column}>
      <section aria-label={t("artifacts.about")}>
        <Facts
          facts={[
            [t("artifacts.aliases"), <AliasEditor key="aliases" place={place} version={version} />],
            [t("artifacts.tags"), <Tags key="tags" place={place} version={version} />],
            [t("artifacts.stateLabel"), version.state === "COMMITTED" ? null : <VersionState state={version.state} />],
            [t("artifacts.created"), <RelativeTime key="at" at={version.createdAt} />],
            [t("artifacts.createdBy"), maker && <RunLink run={maker} entity={entity} project={project} />],
            [t("artifacts.createdByUser"), version.createdBy],
            [t("artifacts.step"), version.historyStep === null ? null : formatInteger(version.historyStep)],
            [
              t("artifacts.size"),
              <span title={`${formatInteger(version.sizeBytes)} B`}>{formatBytes(version.sizeBytes)}</span>,
            ],
            [t("artifacts.files"), formatInteger(version.fileCount)],
            [t("artifacts.edit.ttl"), <TtlFact key="ttl" place={place} version={version} />],
            [t("artifacts.digest"), <CodeFact key="digest" text={version.digest} />],
            [t("artifacts.path"), <CodeFact key="name" text={fullName(version)} />],
          ]}
        />
      </section>
      <EditableMarkdown
        text={version.description}
        title={t("artifacts.description")}
        empty={t("artifacts.noDescription")}
        canEdit={version.canWrite}
        edit={t("artifacts.editDescription")}
        onSave={(description) => mutateAsync({ description })}
      />
      {version.places.length > 0 && <Places version={version} />}
      {version.historyStep !== null && maker && <Metrics place={place} />}
      <UsedBy version={version} />
    </div>
  );
}

function Tags({ place, version }: VersionProps) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const { mutate } = useUpdateVersion(place);
  const onError = (error: unknown) => toast.bad(failureText(error));
  return (
    <ChipEditor
      items={version.tags}
      tone={() => "info"}
      canEdit={version.canWrite}
      addLabel={t("artifacts.edit.addTag")}
      addText={t("artifacts.edit.tag")}
      removeLabel={(name) => t("artifacts.edit.removeTag", { name })}
      onAdd={(tag) => mutate({ addTags: [tag] }, { onError })}
      onRemove={(tag) => mutate({ removeTags: [tag] }, { onError })}
    />
  );
}

/** The other collections in which the version stands. */
function Places({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  return (
    <section className={styles.section}>
      <h2>{t("artifacts.alsoIn")}</h2>
      <ul className={styles.runs}>
        {version.places.map(({ entity, project, type, collection, version: number, aliases }) => (
          <li key={`${entity}/${project}/${collection}`} className={styles.run}>
            <Link to={artifactPath(entity, project, type, collection, number)}>
              {collection}:{number}
            </Link>
            {(entity !== version.entity || project !== version.project) && (
              <span className={styles.muted}>
                {entity}/{project}
              </span>
            )}
            <AliasChips aliases={aliases} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What was measured in the step in which the version was logged. Absent when nothing was. */
function Metrics({ place }: { place: VersionRef }) {
  const { t } = useTranslation();
  const { data } = useQuery(versionMetricsQuery(place));
  const numbers = Object.entries(data?.metrics ?? {}).filter(([, value]) => typeof value === "number");
  if (numbers.length === 0) return null;
  return (
    <section className={styles.section}>
      <h2>{t("artifacts.metrics")}</h2>
      <Facts
        facts={numbers.map(([key, value]) => [
          key,
          <span key={key} className={styles.code} title={exactNumber(value as number)}>
            {formatNumber(value as number)}
          </span>,
        ])}
      />
    </section>
  );
}
