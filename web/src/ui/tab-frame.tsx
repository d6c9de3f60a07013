import { type ComponentProps, type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "react-router";
import { ErrorBoundary } from "./error-boundary";
import styles from "./tab-frame.module.css";
import { LinkTabs } from "./tabs";

interface TabFrameProps {
  /** what the tabs are parts of */
  label: string;
  tabs: ComponentProps<typeof LinkTabs>["tabs"];
  /** above the tabs: whose they are */
  heading?: ReactNode;
  /** the page, `nested` */
  children: ReactNode;
}

/** The landmark of several pages about one thing: their tabs, and the page that is open. */
export function TabFrame({ label, tabs, heading, children }: TabFrameProps) {
  const { pathname } = useLocation();
  const bar = useRef<HTMLDivElement>(null);
  // on a narrow screen the tabs scroll: where one is stays in sight
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another tab
  useEffect(() => {
    bar.current?.querySelector("[aria-current=page]")?.scrollIntoView?.({ inline: "center", block: "nearest" });
  }, [pathname]);
  return (
    <main id="content" tabIndex={-1} className={styles.frame}>
      <div className={styles.tabs} ref={bar}>
        {heading && <div className={styles.heading}>{heading}</div>}
        <LinkTabs label={label} tabs={tabs} />
      </div>
      <ErrorBoundary resetKey={pathname}>{children}</ErrorBoundary>
    </main>
  );
}
