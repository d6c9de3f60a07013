import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunAlert } from "@/api/contract";
import { runPath } from "@/lib/paths";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import styles from "./alerts.module.css";

interface AlertListProps {
  alerts: readonly RunAlert[];
  /** the newest that the reader had seen before */
  readUpTo?: number;
  /** on a page of many runs */
  withRun?: boolean;
}

export function AlertList({ alerts, readUpTo, withRun = false }: AlertListProps) {
  const { t } = useTranslation();
  return (
    <ul className={styles.list}>
      {alerts.map((alert) => (
        <li key={alert.id} className={styles.alert}>
          <div className={styles.head}>
            <Badge>{t(`alerts.severity.${alert.severity}`)}</Badge>
            <strong>{alert.title}</strong>
            {readUpTo !== undefined && alert.id > readUpTo && <Badge>{t("alerts.new")}</Badge>}
            {withRun && <Link to={runPath(alert.entity, alert.project, alert.run)}>{alert.runTitle}</Link>}
            <RelativeTime at={alert.createdAt} />
          </div>
          <p className={styles.text}>{alert.text}</p>
        </li>
      ))}
    </ul>
  );
}
