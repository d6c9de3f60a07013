import type { ReactNode } from "react";
import styles from "./page.module.css";

interface PageProps {
  title: ReactNode;
  /** beside the title: badges, counts */
  aside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** inside a project's frame, which has the landmark already */
  nested?: boolean;
}

/** A page of text and tables: a title row and a readable column. */
export function Page({ title, aside, actions, children, nested = false }: PageProps) {
  const Tag = nested ? "div" : "main";
  return (
    <Tag {...(!nested && { id: "content", tabIndex: -1 })} className={styles.page}>
      <header className={styles.header}>
        <h1 className={styles.title}>{title}</h1>
        {aside}
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </Tag>
  );
}
