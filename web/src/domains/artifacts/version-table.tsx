import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ArtifactRow } from "@/api/contract";
import { formatBytes, formatInteger } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { RelativeTime } from "@/ui/relative-time";
import { Head, Num, Table } from "@/ui/table";
import { AliasChips } from "./alias-chips";
import styles from "./artifacts.module.css";
import { RunLink } from "./run-link";

const ROWS = 200;

/** The versions of one collection as given, the first 200 and more on request. */
export function VersionTable({ versions }: { versions: readonly ArtifactRow[] }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(ROWS);
  return (
    <>
      <Table label={t("artifacts.versions")}>
        <thead>
          <tr>
            <Head>{t("artifacts.version")}</Head>
            <Head>{t("artifacts.aliases")}</Head>
            <Head>{t("artifacts.created")}</Head>
            <Head numeric>{t("artifacts.size")}</Head>
            <Head numeric>{t("artifacts.files")}</Head>
            <Head>{t("artifacts.run")}</Head>
          </tr>
        </thead>
        <tbody>
          {versions.slice(0, shown).map((row) => (
            <tr key={row.id}>
              <td>
                <Link
                  className={styles.strong}
                  to={artifactPath(row.entity, row.project, row.type, row.collection, row.version)}
                >
                  {row.version}
                </Link>
                {row.state !== "COMMITTED" && <VersionState state={row.state} />}
              </td>
              <td>
                <AliasChips aliases={row.aliases} />
              </td>
              <td>
                <RelativeTime at={row.createdAt} />
              </td>
              <Num>{formatBytes(row.sizeBytes)}</Num>
              <Num>{formatInteger(row.fileCount)}</Num>
              <td>
                {row.createdByRun === null ? (
                  t("common.none")
                ) : (
                  <RunLink entity={row.entity} project={row.project} run={row.createdByRun} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {versions.length > shown && (
        <div className={styles.more}>
          <Button onClick={() => setShown(shown + ROWS)}>{t("artifacts.more")}</Button>
          <span className={styles.muted}>{t("common.firstOf", { shown, count: versions.length })}</span>
        </div>
      )}
    </>
  );
}

/** Said of what is not there to be used: still on its way, or gone. */
export function VersionState({ state }: Pick<ArtifactRow, "state">) {
  const { t } = useTranslation();
  return (
    <span className={styles.state}>
      <Badge tone={state === "DELETED" ? "bad" : "warn"}>{t(`artifacts.state.${state}`)}</Badge>
    </span>
  );
}
