import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ArtifactDetail } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { CodeBlock } from "@/ui/code-block";
import styles from "../artifacts.module.css";
import { RunLink } from "../run-link";
import { apiSnippet, getCommand, runSnippet } from "./names";

/** How to take a version into a script, the run that made it and the runs that used it. */
export function VersionUsage({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  const { entity, project, createdByRun: maker } = version;
  return (
    <div className={styles.column}>
      <section className={styles.section}>
        <h2>{t("artifacts.use")}</h2>
        <p className={styles.muted}>{t("artifacts.useText")}</p>
        <CodeBlock text={runSnippet(version)} name={`${t("common.copy")} · ${t("artifacts.use")}`} />
      </section>
      <section className={styles.section}>
        <h2>{t("artifacts.read")}</h2>
        <CodeBlock text={apiSnippet(version)} name={`${t("common.copy")} · ${t("artifacts.read")}`} />
      </section>
      <section className={styles.section}>
        <h2>{t("artifacts.get")}</h2>
        <CodeBlock text={getCommand(version)} name={`${t("common.copy")} · ${t("artifacts.get")}`} />
      </section>
      <section className={styles.section}>
        <h2>{t("artifacts.createdBy")}</h2>
        {maker ? (
          <RunLink run={maker} entity={entity} project={project} />
        ) : (
          <p className={styles.muted}>{t("artifacts.createdByNone")}</p>
        )}
      </section>
      <UsedBy version={version} />
    </div>
  );
}

/** The runs that took the version in, the last first. */
export function UsedBy({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  const { entity, project, type, collection, usedBy, usedByTotal } = version;
  // those on the list are the last of all; what is missing among few is somebody else's
  const hidden = usedByTotal <= 100 ? usedByTotal - usedBy.length : 0;
  return (
    <section className={styles.section}>
      <h2>{t("artifacts.usedBy")}</h2>
      {usedByTotal === 0 && <p className={styles.muted}>{t("artifacts.usedByNone")}</p>}
      {usedBy.length > 0 && (
        <ul className={styles.runs}>
          {usedBy.map((run) => (
            <li key={`${run.entity}/${run.project}/${run.id}`}>
              <RunLink run={run} entity={entity} project={project} />
            </li>
          ))}
        </ul>
      )}
      {hidden > 0 && <p className={styles.muted}>{t("artifacts.usedByHidden", { count: hidden })}</p>}
      {usedByTotal > 100 && (
        <p className={styles.muted}>
          <Link to={artifactPath(entity, project, type, collection, version.version, "lineage")}>
            {t("artifacts.usedByMore", { shown: usedBy.length, total: formatInteger(usedByTotal) })}
          </Link>
        </p>
      )}
    </section>
  );
}
