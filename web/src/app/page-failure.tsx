import { useTranslation } from "react-i18next";
import { useRevalidator, useRouteError } from "react-router";
import { ErrorState } from "@/ui/error-state";
import styles from "./shell/shell.module.css";

/** One page broke: the rest of the app goes on. A chunk that is gone after an upgrade asks for a reload. */
export function PageFailure() {
  const { t } = useTranslation();
  const error = useRouteError();
  const { revalidate } = useRevalidator();
  const gone = error instanceof Error && /dynamically imported|preload/i.test(error.message);
  const retry = gone ? () => location.reload() : () => void revalidate();
  return (
    <div className={styles.bare}>
      <ErrorState error={error} title={t("common.pageFailed")} onRetry={retry} />
    </div>
  );
}
