import { useTranslation } from "react-i18next";
import type { ArtifactDetail } from "@/api/contract";
import { formatBytes, formatInteger } from "@/lib/number";
import { EmptyState } from "@/ui/empty-state";
import { CodeFact, Facts } from "@/ui/facts";
import { RelativeTime } from "@/ui/relative-time";
import styles from "../artifacts.module.css";
import { RunLink } from "../run-link";
import { UsedBy } from "./version-usage";

/** What is left of a deleted version. */
export function GoneNotice({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  return (
    <div className={styles.column}>
      <EmptyState title={t("artifacts.goneTitle")}>{t("artifacts.goneText")}</EmptyState>
      <Left version={version} />
      <UsedBy version={version} />
    </div>
  );
}

/** A version whose files are still on their way. */
export function PendingNotice({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  return (
    <div className={styles.column}>
      <EmptyState title={t("artifacts.pendingTitle")}>{t("artifacts.pendingText")}</EmptyState>
      <Left version={version} />
    </div>
  );
}

function Left({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  const { createdByRun: maker, entity, project } = version;
  const gone = version.state === "DELETED";
  return (
    <Facts
      facts={[
        [t("artifacts.goneAt"), version.deletedAt && <RelativeTime at={version.deletedAt} />],
        [t("artifacts.created"), <RelativeTime key="at" at={version.createdAt} />],
        [t("artifacts.createdBy"), maker && <RunLink run={maker} entity={entity} project={project} />],
        [t("artifacts.createdByUser"), version.createdBy],
        [t("artifacts.size"), gone ? formatBytes(version.sizeBytes) : null],
        [t("artifacts.files"), gone ? formatInteger(version.fileCount) : null],
        [t("artifacts.digest"), <CodeFact key="digest" text={version.digest} />],
      ]}
    />
  );
}
