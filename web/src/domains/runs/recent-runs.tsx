import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunRow } from "@/api/contract";
import { runColor } from "@/lib/palette";
import { projectPath, runPath } from "@/lib/paths";
import { useAppearance } from "@/lib/theme";
import { formatDuration } from "@/lib/time";
import { RelativeTime } from "@/ui/relative-time";
import { StateIcon } from "@/ui/state-icon";
import { Head, Num, Table } from "@/ui/table";
import styles from "./recent-runs.module.css";

/** Runs of any project, newest first as given. */
export function RecentRuns({ runs }: { runs: readonly RunRow[] }) {
  const { t } = useTranslation();
  const theme = useAppearance((state) => state.theme);
  return (
    <Table label={t("home.continue")}>
      <thead>
        <tr>
          <Head>{t("runs.name")}</Head>
          <Head>{t("runs.state")}</Head>
          <Head>{t("runs.project")}</Head>
          <Head numeric>{t("runs.duration")}</Head>
          <Head>{t("runs.created")}</Head>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={`${run.entity}/${run.project}/${run.id}`}>
            <td className={styles.name}>
              <span className={styles.dot} style={{ background: runColor(run.colorIndex, theme) }} aria-hidden />
              <Link to={runPath(run.entity, run.project, run.id)}>{run.title}</Link>
            </td>
            <td>
              <StateIcon state={run.state} />
            </td>
            <td>
              <Link to={projectPath(run.entity, run.project)} className={styles.project}>
                {run.entity}/{run.project}
              </Link>
            </td>
            <Num>{run.durationSeconds === null ? t("common.none") : formatDuration(run.durationSeconds)}</Num>
            <td>
              <RelativeTime at={run.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
