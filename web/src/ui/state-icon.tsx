import { Check, CircleDashed, type LucideIcon, Play, Square, X, Zap } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import styles from "./state-icon.module.css";

export type RunStateName =
  | "pending"
  | "running"
  | "finished"
  | "failed"
  | "crashed"
  | "killed"
  | "preempting"
  | "preempted";

const ICONS: Record<RunStateName, LucideIcon> = {
  pending: CircleDashed,
  running: Play,
  finished: Check,
  failed: X,
  crashed: Zap,
  killed: Square,
  preempting: CircleDashed,
  preempted: Square,
};

/** A run's state as colour, icon and word; `bare` leaves the word to the tooltip and the screen reader. */
export function StateIcon({ state, bare = false }: { state: RunStateName; bare?: boolean }) {
  const { t } = useTranslation();
  const word = t(`common.state.${state}`);
  const Icon = ICONS[state];
  return (
    <span className={cx(styles.state, styles[state])} title={bare ? word : undefined}>
      <Icon aria-hidden className={styles.icon} />
      <span className={bare ? "visually-hidden" : undefined}>{word}</span>
    </span>
  );
}
