import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { MediaItem } from "@/api/contract";
import { fetchStored, useMedia } from "@/domains/history/media";
import { PanelNote } from "@/panels/frame/panel-frame";
import { Histogram } from "@/panels/histogram/histogram";
import { holdsPictures } from "@/panels/media/images";
import { MediaPanel } from "@/panels/media/media-panel";
import { Pictures } from "@/panels/media/pictures";
import { DataGrid } from "@/panels/table/data-grid";
import { readTable } from "@/panels/table/rows";
import { useFailureText } from "@/ui/error-state";
import { SkeletonRows } from "@/ui/skeleton";
import type { DrawnRun } from "./line-view";
import type { AutoPanel } from "./sections";

interface MediaViewProps {
  panel: AutoPanel;
  runs: readonly DrawnRun[];
  full?: boolean;
  onFull?: (full: boolean) => void;
}

// a tile each: more would be stamps
const TILES = 6;

/** Pictures, histograms and tables of a key: the first visible runs, a tile each. */
export function MediaView({ panel, runs, ...frame }: MediaViewProps) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const drawn = runs.slice(0, TILES);
  const media = useMedia(drawn, panel.key);
  const tiles = drawn.map(({ id, title, look }, index) => ({
    id,
    label: title,
    color: look.color,
    items: media[index]?.items ?? [],
  }));
  const failed = media.find(({ error }) => error);
  return (
    <MediaPanel
      title={panel.key}
      runs={tiles.filter(({ items }) => items.length > 0)}
      error={failed ? failureText(failed.error) : null}
      busy={media.some(({ pending }) => pending)}
      {...frame}
    >
      {(item, run) => {
        if (panel.kind === "histogram") return <Histogram item={item} title={panel.key} color={run.color} />;
        if (panel.kind === "table") return <StoredTable item={item} title={panel.key} />;
        if (holdsPictures(String(item.value._type))) return <Pictures item={item} name={panel.key} />;
        return <PanelNote>{t("charts.media.unsupported", { type: String(item.value._type) })}</PanelNote>;
      }}
    </MediaPanel>
  );
}

function StoredTable({ item, title }: { item: MediaItem; title: string }) {
  const { t } = useTranslation();
  const url = Object.values(item.urls)[0];
  const { data, error } = useQuery({
    queryKey: ["stored-table", item.value.path ?? item.value.artifact_path ?? url],
    queryFn: async ({ signal }) => readTable(await (await fetchStored(url as string, signal)).json()),
    enabled: url !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (url === undefined || error) return <PanelNote>{t("charts.media.failed")}</PanelNote>;
  if (data === undefined) return <SkeletonRows rows={4} />;
  if (data === null) return <PanelNote>{t("charts.media.unsupported", { type: String(item.value._type) })}</PanelNote>;
  return <DataGrid table={data} label={t("charts.table.label", { title })} />;
}
