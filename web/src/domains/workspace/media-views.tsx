import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { TableSource } from "@/api/contract";
import { useMedia } from "@/domains/history/media";
import { PanelNote } from "@/panels/frame/panel-frame";
import { Histogram } from "@/panels/histogram/histogram";
import { holdsPictures } from "@/panels/media/images";
import { MediaPanel } from "@/panels/media/media-panel";
import { Pictures } from "@/panels/media/pictures";
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

/** Pictures, sounds, films, pages, objects, histograms and tables of a key: the first visible runs, a tile each. */
export function MediaView({ panel, runs, ...frame }: MediaViewProps) {
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
        if (panel.kind === "table")
          return (
            <StoredTable value={item.value} run={drawn.find(({ id }) => id === run.id)} full={frame.full ?? false} />
          );
        if (holdsPictures(String(item.value._type))) return <Pictures item={item} name={panel.key} />;
        return (
          <Suspense fallback={<SkeletonRows rows={4} />}>
            <MediaFiles item={item} name={panel.key} />
          </Suspense>
        );
      }}
    </MediaPanel>
  );
}

// a chart does without them
const MediaFiles = lazy(async () => ({ default: (await import("@/panels/media/media-files")).MediaFiles }));
const TableViewer = lazy(async () => ({ default: (await import("@/domains/tables/table-viewer")).TableViewer }));

/** A logged table: of its artifact, where media are whole, else the file of the run. */
function StoredTable({
  value,
  run,
  full,
}: {
  value: Record<string, unknown>;
  run: DrawnRun | undefined;
  full: boolean;
}) {
  const { t } = useTranslation();
  const { artifact_path: uri, path } = value;
  const file: TableSource | undefined =
    run && typeof path === "string"
      ? { kind: "run", entity: run.entity, project: run.project, run: run.id, path }
      : undefined;
  const source: TableSource | undefined = typeof uri === "string" ? { kind: "link", uri } : file;
  if (!source) return <PanelNote>{t("charts.media.failed")}</PanelNote>;
  return (
    <Suspense fallback={<SkeletonRows rows={4} />}>
      <TableViewer source={source} otherwise={file} compact={!full} />
    </Suspense>
  );
}
