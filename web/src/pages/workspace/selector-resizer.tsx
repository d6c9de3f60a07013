import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { SELECTOR_MAX_PX, SELECTOR_MIN_PX } from "@/domains/workspace/choices";
import styles from "./workspace.module.css";

const KEY_STEP_PX = 24;

/** The edge between runs and charts: drag it, or move it with the arrow keys. */
export function SelectorResizer({ width, onWidth }: { width: number; onWidth: (width: number) => void }) {
  const { t } = useTranslation();
  const from = useRef<{ clientX: number; width: number } | null>(null);
  const set = (next: number) => onWidth(Math.min(Math.max(next, SELECTOR_MIN_PX), SELECTOR_MAX_PX));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be dragged
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={t("workspace.runs.resize")}
      aria-valuenow={width}
      aria-valuemin={SELECTOR_MIN_PX}
      aria-valuemax={SELECTOR_MAX_PX}
      tabIndex={0}
      className={styles.resizer}
      onPointerDown={(event) => {
        from.current = { clientX: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (from.current) set(from.current.width + event.clientX - from.current.clientX);
      }}
      onPointerUp={() => {
        from.current = null;
      }}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -KEY_STEP_PX, ArrowRight: KEY_STEP_PX }[event.key];
        if (step !== undefined) set(width + step);
      }}
    />
  );
}
