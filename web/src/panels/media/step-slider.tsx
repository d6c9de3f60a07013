import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { formatInteger } from "@/lib/number";
import { IconButton } from "@/ui/icon-button";
import styles from "./media-panel.module.css";

interface StepSliderProps {
  /** rising */
  steps: readonly number[];
  /** null: the latest of each run */
  step: number | null;
  onStep: (step: number | null) => void;
}

/** Moves over the steps that have something; its far right stands for the latest, whatever comes. */
export function StepSlider({ steps, step, onStep }: StepSliderProps) {
  const { t } = useTranslation();
  const at =
    step === null
      ? steps.length - 1
      : Math.max(
          0,
          steps.findLastIndex((one) => one <= step),
        );
  const go = (index: number) => onStep(index >= steps.length - 1 ? null : (steps[Math.max(0, index)] ?? null));
  const word = t("charts.media.stepOf", { step: formatInteger(steps[at] ?? 0) });
  return (
    <div className={styles.slider}>
      <IconButton
        label={t("charts.media.previous")}
        icon={<ChevronLeft aria-hidden />}
        disabled={at === 0}
        onClick={() => go(at - 1)}
      />
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={at}
        aria-label={t("charts.media.step")}
        aria-valuetext={word}
        onChange={(event) => go(event.target.valueAsNumber)}
      />
      <IconButton
        label={t("charts.media.next")}
        icon={<ChevronRight aria-hidden />}
        disabled={at === steps.length - 1}
        onClick={() => go(at + 1)}
      />
      <output className={styles.step}>{word}</output>
    </div>
  );
}
