import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { SavedViewBadge } from "@/domains/reports/saved-view-badge";
import { runLooks } from "@/domains/runs/run-colors";
import { useChoices } from "@/domains/workspace/choices";
import { HowToLog } from "@/domains/workspace/how-to-log";
import { PanelsArea } from "@/domains/workspace/panels-area";
import { RunSelector } from "@/domains/workspace/run-selector";
import { finderOf } from "@/domains/workspace/sections";
import { useRunList } from "@/domains/workspace/use-run-list";
import { useDrawnRuns } from "@/domains/workspace/use-workspace";
import { readName } from "@/lib/paths";
import { useAppearance } from "@/lib/theme";
import { useTitle } from "@/lib/title";
import { IconButton } from "@/ui/icon-button";
import { SelectorResizer } from "./selector-resizer";
import styles from "./workspace.module.css";

/** The project's main page: its runs at the left, a chart per logged metric of the visible ones at the right. */
export default function WorkspacePage() {
  const { t } = useTranslation();
  const params = useParams();
  const [entity, project] = [readName(params.entity), readName(params.project)];
  useTitle(t("workspace.title"), project);
  const [choices, choose] = useChoices(entity, project, "workspace");
  const [search, setSearch] = useState({ text: "", regex: false });
  // on small screens the list lies over the charts, so it starts closed there
  const [listOpen, setListOpen] = useState(() => innerWidth > 900);
  const asked = useDeferredValue(search);
  const badRegex = asked.regex && finderOf(asked.text, true).invalid;
  const list = useRunList(entity, project, {
    ...(asked.text && !badRegex && { search: asked.text, regex: asked.regex }),
    order: [choices.order],
    columns: [],
  });
  useAllRuns(list, choices.eyes === "all");
  const drawn = useDrawnRuns(list.rows, choices);
  const visible = useMemo(() => new Set(drawn.map(({ id }) => id)), [drawn]);
  const looks = useLooks(list.rows, drawn);

  if (!list.pending && !list.error && list.total === 0) return <HowToLog entity={entity} project={project} />;
  return (
    <div className={styles.workspace}>
      {listOpen && (
        <aside className={styles.runs} style={{ "--selector": `${choices.selectorWidth}px` } as React.CSSProperties}>
          <RunSelector
            list={list}
            search={search}
            onSearch={setSearch}
            badRegex={badRegex}
            visible={visible}
            looks={looks}
            choices={choices}
            choose={choose}
          />
          <SelectorResizer width={choices.selectorWidth} onWidth={(selectorWidth) => choose({ selectorWidth })} />
        </aside>
      )}
      <PanelsArea
        entity={entity}
        project={project}
        runs={drawn}
        pending={list.pending}
        failed={list.error !== null}
        choices={choices}
        choose={choose}
        empty={{ title: t("runs.charts.none"), text: t("workspace.panels.noMetrics") }}
      >
        <IconButton
          label={listOpen ? t("workspace.runs.collapse") : t("workspace.runs.expand")}
          icon={listOpen ? <PanelLeftClose aria-hidden /> : <PanelLeftOpen aria-hidden />}
          onClick={() => setListOpen(!listOpen)}
        />
        <SavedViewBadge entity={entity} project={project} />
      </PanelsArea>
    </div>
  );
}

// as many as a reader can have in view at all
const RUNS_MAX = 1000;

/** All runs are drawn: so all are read, page after page. */
function useAllRuns({ rows, more }: ReturnType<typeof useRunList>, wanted: boolean): void {
  useEffect(() => {
    if (wanted && rows.length < RUNS_MAX) more();
  });
}

/** Colours of all listed runs: as drawn for the visible ones, their own for the rest. */
function useLooks(rows: ReturnType<typeof useRunList>["rows"], drawn: ReturnType<typeof useDrawnRuns>) {
  const theme = useAppearance((state) => state.theme);
  return useMemo(() => {
    const looks = new Map(rows.map((row) => [row.id, [...runLooks([row], theme).values()][0] ?? NO_LOOK]));
    for (const { id, look } of drawn) looks.set(id, look);
    return looks;
  }, [rows, drawn, theme]);
}

const NO_LOOK = { color: "var(--faint)", dash: [] };
