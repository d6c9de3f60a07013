import { useTranslation } from "react-i18next";
import { useLiveStatus, useProjectLive } from "@/domains/projects/live";
import { cx } from "@/lib/class-names";
import { formatAbsolute } from "@/lib/time";
import { Tooltip } from "@/ui/tooltip";
import styles from "./live-pill.module.css";

/** Whether what is on the screen is fresh. A click pauses the updates, another one catches up. */
export function LivePill() {
  const { t } = useTranslation();
  const live = useProjectLive();
  const { state, heardAt } = useLiveStatus(live);
  if (!live) return null;
  const heard = heardAt === null ? t("shell.live.silent") : t("shell.live.heard", { time: formatAbsolute(heardAt) });
  const action = state === "paused" ? t("shell.live.resume") : t("shell.live.pause");
  return (
    <Tooltip text={`${heard} ${action}`}>
      <button
        type="button"
        className={cx(styles.pill, styles[state])}
        onClick={() => (state === "paused" ? live.resume() : live.pause())}
      >
        <span className={styles.dot} />
        <span className={styles.word}>{t(`shell.live.${state}`)}</span>
      </button>
    </Tooltip>
  );
}
