import { useTranslation } from "react-i18next";
import type { ArtifactDetail } from "@/api/contract";
import { CodeBlock } from "@/ui/code-block";
import styles from "./artifacts.module.css";
import { RunLink } from "./run-link";

/** How to take a version into a script, the run that made it and the runs that used it. */
export function VersionUsage({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  const { entity, project, createdByRun: maker } = version;
  return (
    <div className={styles.column}>
      <section className={styles.section}>
        <h2>{t("artifacts.use")}</h2>
        <CodeBlock text={version.usage.trimEnd()} />
      </section>
      <section className={styles.section}>
        <h2>{t("artifacts.get")}</h2>
        <CodeBlock text={`wandb artifact get ${entity}/${project}/${version.collection}:${version.version}`} />
      </section>
      <section className={styles.section}>
        <h2>{t("artifacts.createdBy")}</h2>
        <p className={styles.muted}>
          {maker ? <RunLink entity={entity} project={project} run={maker} /> : t("artifacts.createdByNone")}
        </p>
      </section>
      <UsedBy version={version} />
    </div>
  );
}

export function UsedBy({ version: { entity, project, usedByRuns } }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  return (
    <section className={styles.section}>
      <h2>{t("artifacts.usedBy")}</h2>
      {usedByRuns.length === 0 ? (
        <p className={styles.muted}>{t("artifacts.usedByNone")}</p>
      ) : (
        <ul className={styles.runs}>
          {usedByRuns.map((run) => (
            <li key={run}>
              <RunLink entity={entity} project={project} run={run} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
