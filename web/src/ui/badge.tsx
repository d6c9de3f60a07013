import type { ReactNode } from "react";
import { cx } from "@/lib/class-names";
import styles from "./badge.module.css";

type Tone = "plain" | "accent" | "good" | "warn" | "bad" | "info";

/** A short word beside a name: visibility, alias, tag, role. */
export const Badge = ({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) => (
  <span className={cx(styles.badge, styles[tone])}>{children}</span>
);
