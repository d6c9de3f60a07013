import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MediaItem } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { PanelFrame, type PanelFrameProps, PanelNote } from "../frame/panel-frame";
import styles from "./media-panel.module.css";
import { StepSlider } from "./step-slider";
import { itemAt, stepsOf } from "./steps";

export interface MediaRun {
  id: string;
  label: string;
  color: string;
  items: readonly MediaItem[];
}

interface MediaPanelProps extends Pick<PanelFrameProps, "title" | "busy" | "full" | "onFull"> {
  runs: readonly MediaRun[];
  error: string | null;
  /** draws one run's value */
  children: (item: MediaItem, run: MediaRun) => ReactNode;
}

/** Values of a media key, a tile per run, and a slider over the steps they were logged at. */
export function MediaPanel({ runs, error, children, busy = false, ...frame }: MediaPanelProps) {
  const { t } = useTranslation();
  // null: the far right, where each run shows its latest
  const [step, setStep] = useState<number | null>(null);
  const steps = stepsOf(runs.map(({ items }) => items));
  const shown = runs.flatMap((run) => {
    const item = itemAt(run.items, step);
    return item ? [{ run, item }] : [];
  });
  return (
    <PanelFrame {...frame} busy={busy}>
      {shown.length > 0 ? (
        <div className={styles.tiles}>
          {shown.map(({ run, item }) => (
            <figure key={run.id} className={styles.tile} style={{ "--run": run.color } as React.CSSProperties}>
              {runs.length > 1 && (
                <figcaption className={styles.run}>
                  <span className={styles.dot} />
                  <span className={styles.label}>{run.label}</span>
                  <span className={styles.at}>{formatInteger(item.step)}</span>
                </figcaption>
              )}
              {children(item, run)}
            </figure>
          ))}
        </div>
      ) : (
        !busy && <PanelNote bad={error !== null}>{error ?? t("charts.media.none")}</PanelNote>
      )}
      {steps.length > 1 && <StepSlider steps={steps} step={step} onStep={setStep} />}
    </PanelFrame>
  );
}
