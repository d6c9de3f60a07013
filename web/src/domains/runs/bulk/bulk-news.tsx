import { useTranslation } from "react-i18next";
import { formatInteger } from "@/lib/number";
import { Button } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import styles from "./bulk-bar.module.css";
import type { useBulk } from "./use-bulk";

/** How far a change is, then what became of it, with the way back. */
export function BulkNews({ bulk }: { bulk: ReturnType<typeof useBulk> }) {
  const { t } = useTranslation();
  const { progress, done, error } = bulk;
  if (progress) {
    const { handled, total } = progress;
    return (
      <div className={styles.bar} role="status">
        <progress value={handled} max={total} aria-label={t("bulk.working")} />
        <span className={styles.text}>
          {t("bulk.progress", { handled: formatInteger(handled), total: formatInteger(total) })}
        </span>
        <Button size="small" onClick={bulk.stop}>
          {t("bulk.halt")}
        </Button>
      </div>
    );
  }
  if (error) return <ErrorState error={error} />;
  if (!done) return null;
  const [first] = done.outcome.skipped;
  return (
    <div className={styles.bar} role="status">
      <span className={styles.text}>
        {t("bulk.done", { count: done.outcome.done.length })}{" "}
        {first && t("bulk.skipped", { count: done.outcome.skipped.length, id: first.id, reason: first.reason })}
      </span>
      {done.undo && (
        <Button size="small" onClick={() => void done.undo?.()}>
          {t("bulk.undo")}
        </Button>
      )}
      <Button size="small" onClick={bulk.dismiss}>
        {t("common.close")}
      </Button>
    </div>
  );
}
