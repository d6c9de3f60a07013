import type { ReactNode } from "react";
import styles from "./notice.module.css";

interface EmptyStateProps {
  title: string;
  /** why nothing is here and what to do about it */
  children?: ReactNode;
  action?: ReactNode;
}

export const EmptyState = ({ title, children, action }: EmptyStateProps) => (
  <div className={styles.notice}>
    <h2 className={styles.title}>{title}</h2>
    {children && <div className={styles.text}>{children}</div>}
    {action && <div className={styles.action}>{action}</div>}
  </div>
);
