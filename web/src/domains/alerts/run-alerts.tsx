import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/contract";
import { AlertList } from "./alert-list";
import styles from "./alerts.module.css";
import { runAlertsQuery } from "./queries";

/** What the run's program told, above everything else of the run; nothing where it told nothing. */
export function RunAlerts({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const { data } = useQuery(runAlertsQuery(run.entity, run.project, run.id));
  if (!data || data.alerts.length === 0) return null;
  return (
    <section className={styles.ofRun} aria-label={t("alerts.title")}>
      <h2>{t("alerts.title")}</h2>
      <AlertList alerts={data.alerts} />
    </section>
  );
}
