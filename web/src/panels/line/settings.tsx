import { useTranslation } from "react-i18next";
import { type SmoothingKind, WEIGHT_MAX } from "@/chart/smoothing";
import { Checkbox, Field, Select } from "@/ui/field";
import styles from "./settings.module.css";
import { type LineSpec, MAX_RUNS_CHOICES, X_AXES } from "./spec";

const KINDS: readonly SmoothingKind[] = ["none", "twema", "ema", "gaussian", "running"];
// what a kind starts with when it is chosen: enough to see that it works
const FIRST_WEIGHT: Record<SmoothingKind, number> = { none: 0, twema: 0.6, ema: 0.6, gaussian: 3, running: 10 };

/** The settings of line charts; every change shows at once in the charts behind. */
export function LineSettings({ spec, onChange }: { spec: LineSpec; onChange: (spec: LineSpec) => void }) {
  const { t } = useTranslation();
  const set = (change: Partial<LineSpec>) => onChange({ ...spec, ...change });
  const { kind, weight } = spec.smoothing;
  return (
    <div className={styles.settings}>
      <Field label={t("charts.settings.xAxis")}>
        {(control) => (
          <Select
            {...control}
            value={spec.xAxis}
            options={X_AXES.map((value) => ({ value, label: t(`charts.x.${value}`) }))}
            onChange={(xAxis) => set({ xAxis })}
          />
        )}
      </Field>
      <Field label={t("charts.settings.smoothing")}>
        {(control) => (
          <Select
            {...control}
            value={kind}
            options={KINDS.map((value) => ({ value, label: t(`charts.settings.kinds.${value}`) }))}
            onChange={(next) => set({ smoothing: { kind: next, weight: FIRST_WEIGHT[next] } })}
          />
        )}
      </Field>
      {kind !== "none" && (
        <label className={styles.slider}>
          {t("charts.settings.weight")}
          <input
            type="range"
            min={0}
            max={WEIGHT_MAX[kind]}
            step={WEIGHT_MAX[kind] > 1 ? 1 : 0.001}
            value={weight}
            onChange={(event) => set({ smoothing: { kind, weight: event.target.valueAsNumber } })}
          />
          <output>{weight}</output>
        </label>
      )}
      <Field label={t("charts.settings.maxRuns")}>
        {(control) => (
          <Select
            {...control}
            value={String(spec.maxRuns)}
            options={MAX_RUNS_CHOICES.map((count) => ({ value: String(count), label: String(count) }))}
            onChange={(count) => set({ maxRuns: Number(count) })}
          />
        )}
      </Field>
      <Checkbox
        label={t("charts.settings.logY")}
        checked={spec.logY}
        onChange={(event) => set({ logY: event.target.checked })}
      />
      <Checkbox
        label={t("charts.settings.ignoreOutliers")}
        checked={spec.ignoreOutliers}
        onChange={(event) => set({ ignoreOutliers: event.target.checked })}
      />
      <Checkbox
        label={t("charts.settings.bands")}
        checked={spec.bands}
        onChange={(event) => set({ bands: event.target.checked })}
      />
    </div>
  );
}
