import { Check, CircleDashed, type LucideIcon, Pause, Play, Square, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import styles from "./sweeps.module.css";

const STATES = {
  PENDING: CircleDashed,
  RUNNING: Play,
  PAUSED: Pause,
  FINISHED: Check,
  CANCELED: Square,
  FAILED: X,
} as const satisfies Record<string, LucideIcon>;
type StateName = keyof typeof STATES;

const isKnown = (state: string): state is StateName => state in STATES;

/** A sweep's state as colour, icon and word; one of a later server as its own word. */
export function SweepState({ state }: { state: string }) {
  const { t } = useTranslation();
  if (!isKnown(state)) return <span className={styles.state}>{state}</span>;
  const Icon = STATES[state];
  return (
    <span className={cx(styles.state, styles[state])}>
      <Icon aria-hidden />
      {t(`sweeps.states.${state}`)}
    </span>
  );
}
