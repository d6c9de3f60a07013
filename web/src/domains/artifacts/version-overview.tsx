import { useTranslation } from "react-i18next";
import type { ArtifactDetail } from "@/api/contract";
import { formatBytes, formatInteger } from "@/lib/number";
import { CodeFact, Facts } from "@/ui/facts";
import { Markdown } from "@/ui/markdown";
import { RelativeTime } from "@/ui/relative-time";
import { AliasChips, TagChips } from "./alias-chips";
import styles from "./artifacts.module.css";
import { RunLink } from "./run-link";
import { UsedBy } from "./version-usage";

/** What a version is: its figures, where it comes from, and what its maker wrote about it. */
export function VersionOverview({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  const { entity, project, createdByRun: maker } = version;
  const name = `${entity}/${project}/${version.collection}:${version.version}`;
  return (
    <div className={styles.column}>
      <section aria-label={t("artifacts.about")}>
        <Facts
          facts={[
            [t("artifacts.aliases"), version.aliases.length > 0 ? <AliasChips aliases={version.aliases} /> : null],
            [t("artifacts.tags"), version.tags.length > 0 ? <TagChips tags={version.tags} /> : null],
            [t("artifacts.stateLabel"), t(`artifacts.state.${version.state}`)],
            [t("artifacts.created"), <RelativeTime key="at" at={version.createdAt} />],
            [t("artifacts.createdBy"), maker && <RunLink entity={entity} project={project} run={maker} />],
            [t("artifacts.size"), formatBytes(version.sizeBytes)],
            [t("artifacts.files"), formatInteger(version.fileCount)],
            [t("artifacts.digest"), <CodeFact key="digest" text={version.digest} />],
            [t("artifacts.path"), <CodeFact key="name" text={name} />],
          ]}
        />
      </section>
      <section className={styles.section}>
        <h2>{t("artifacts.description")}</h2>
        {version.description ? (
          <Markdown text={version.description} />
        ) : (
          <p className={styles.muted}>{t("artifacts.noDescription")}</p>
        )}
      </section>
      <UsedBy version={version} />
    </div>
  );
}
