import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/contract";
import type { Range } from "@/chart/extent";
import { useLiveSeries } from "@/domains/history/use-series";
import { runColor } from "@/lib/palette";
import { useAppearance } from "@/lib/theme";
import { DEFAULT_LINE_SPEC, type LineSpec } from "@/panels/line/spec";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import { type DrawnLine, type DrawnRun, LineView } from "./line-view";
import { type SystemFamily, systemFamilies } from "./sections";
import styles from "./system-charts.module.css";
import { useMetrics } from "./use-workspace";

const SPEC: LineSpec = { ...DEFAULT_LINE_SPEC, xAxis: "_runtime" };

/** What the machine did during the run: a chart per measure, a line per device, over the time since the start. */
export function SystemCharts({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const metrics = useMetrics(
    run.entity,
    run.project,
    useMemo(() => [run.id], [run.id]),
  );
  useLiveSeries(run.entity, run.project);
  const families = useMemo(() => systemFamilies(metrics.data ?? []), [metrics.data]);
  const [zoom, setZoom] = useState<Range | null>(null);
  if (metrics.error && !metrics.data)
    return <Around>{<ErrorState error={metrics.error} onRetry={() => void metrics.refetch()} />}</Around>;
  if (metrics.isPending) return <Around>{<SkeletonRows />}</Around>;
  if (families.length === 0)
    return <Around>{<EmptyState title={t("runs.system.none")}>{t("runs.system.noneText")}</EmptyState>}</Around>;
  return (
    <div className={styles.grid}>
      {families.map((family) => (
        <Family key={family.name} run={run} family={family} zoom={zoom} onZoom={setZoom} />
      ))}
    </div>
  );
}

const Around = ({ children }: { children: React.ReactNode }) => <div className={styles.around}>{children}</div>;

interface FamilyProps {
  run: RunDetail;
  family: SystemFamily;
  zoom: Range | null;
  onZoom: (zoom: Range | null) => void;
}

function Family({ run, family, zoom, onZoom }: FamilyProps) {
  const theme = useAppearance((state) => state.theme);
  const { id, title, entity, project } = run;
  const lines = useMemo(() => {
    const look = { color: runColor(0, theme), dash: [] };
    const drawn: DrawnRun = { id, title, entity, project, look };
    return family.keys.map(
      (key, index): DrawnLine => ({
        run: drawn,
        key,
        id: key,
        label: deviceOf(key),
        look: { color: runColor(index, theme), dash: [] },
      }),
    );
  }, [id, title, entity, project, family, theme]);
  return (
    <div className={styles.cell}>
      <LineView title={family.name} lines={lines} stepMetric={null} spec={SPEC} zoom={zoom} onZoom={onZoom} />
    </div>
  );
}

/** "system.gpu.1.temp" → "gpu.1.temp" */
const deviceOf = (key: string): string => key.replace(/^system[./]/, "");
