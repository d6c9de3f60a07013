import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { Link, NavLink } from "react-router";
import { cx } from "@/lib/class-names";
import styles from "./tabs.module.css";

interface Tab<T extends string> {
  value: T;
  label: ReactNode;
  content: ReactNode;
}
interface TabsProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  tabs: readonly Tab<T>[];
}

/** Views of one thing that share an address. Arrow keys move between them. */
export function Tabs<T extends string>({ label, value, onChange, tabs }: TabsProps<T>) {
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(next as T)}>
      <Base.List className={styles.list} aria-label={label}>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className={styles.tab}>
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value}>
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}

interface LinkTab {
  to: string;
  label: ReactNode;
  /** marks the one whose address the others begin with */
  end?: boolean;
  /** the page is this tab although its address is another, e.g. the first tab of a bare address */
  here?: boolean;
}

/** Tabs that are pages, each with its own address. */
export function LinkTabs({ label, tabs }: { label: string; tabs: readonly LinkTab[] }) {
  return (
    <nav className={styles.list} aria-label={label}>
      {tabs.map((tab) =>
        tab.here ? (
          <Link key={tab.to} to={tab.to} aria-current="page" className={cx(styles.tab, styles.link)}>
            {tab.label}
          </Link>
        ) : (
          <NavLink key={tab.to} to={tab.to} end={tab.end ?? false} className={cx(styles.tab, styles.link)}>
            {tab.label}
          </NavLink>
        ),
      )}
    </nav>
  );
}
