import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail } from "@/api/contract";
import { useChoices } from "@/domains/workspace/choices";
import { PanelsArea } from "@/domains/workspace/panels-area";
import { useDrawnRuns } from "@/domains/workspace/use-workspace";

/** The workspace of one run: all it logged, with settings of its own. */
export function RunCharts({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const [choices, choose] = useChoices(run.entity, run.project, "run");
  const drawn = useDrawnRuns(
    useMemo(() => [run], [run]),
    ALL,
  );
  return (
    <PanelsArea
      entity={run.entity}
      project={run.project}
      runs={drawn}
      pending={false}
      choices={choices}
      choose={choose}
      empty={{ title: t("runs.charts.none"), text: t("runs.charts.noneText") }}
    />
  );
}

const ALL = { eyes: "all", firstN: 1, flipped: [] } as const;
