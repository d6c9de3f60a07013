import { Maximize2, Minimize2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { ErrorBoundary } from "@/ui/error-boundary";
import { IconButton } from "@/ui/icon-button";
import styles from "./panel-frame.module.css";

export interface PanelFrameProps {
  title: string;
  /** a short remark beside the title, e.g. "100 of 183 runs" */
  badge?: ReactNode;
  /** buttons that show on hover and focus */
  actions?: ReactNode;
  /** new data is on its way; what is shown stays */
  busy?: boolean;
  full?: boolean;
  onFull?: (full: boolean) => void;
  /** forgets a failed drawing when it changes */
  resetKey?: unknown;
  children: ReactNode;
}

/** What every panel has: its title, its buttons, a border that tells of loading, and a boundary of its own. */
export function PanelFrame(props: PanelFrameProps) {
  const { title, badge, actions, busy = false, full = false, onFull, resetKey, children } = props;
  const { t } = useTranslation();
  return (
    <section
      className={cx(styles.panel, full && styles.full)}
      aria-label={title || t("charts.unnamed")}
      aria-busy={busy}
    >
      <header className={styles.header}>
        <h3 className={styles.title} title={title}>
          <MiddleCut text={title || t("charts.unnamed")} />
        </h3>
        {badge && <span className={styles.badge}>{badge}</span>}
        <div className={styles.actions}>
          {actions}
          {onFull && (
            <IconButton
              label={full ? t("charts.leaveFull") : t("charts.full")}
              icon={full ? <Minimize2 aria-hidden /> : <Maximize2 aria-hidden />}
              onClick={() => onFull(!full)}
            />
          )}
        </div>
      </header>
      {busy && <div className={styles.busy} />}
      <div className={styles.body}>
        <ErrorBoundary resetKey={resetKey}>{children}</ErrorBoundary>
      </div>
    </section>
  );
}

// names of one section begin alike, so the end is what tells them apart
const TAIL = 14;

function MiddleCut({ text }: { text: string }) {
  if (text.length <= TAIL * 2) return text;
  return (
    <>
      <span className={styles.head}>{text.slice(0, -TAIL)}</span>
      <span className={styles.tail}>{text.slice(-TAIL)}</span>
    </>
  );
}

/** A line in the middle of a panel that has nothing to draw. */
export const PanelNote = ({ children, bad = false }: { children: ReactNode; bad?: boolean }) => (
  <div className={cx(styles.note, bad && styles.bad)} role={bad ? "alert" : undefined}>
    {children}
  </div>
);
