import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Filter, ImageDown, List, Workflow } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { ArtifactDetail, LineageCluster, LineageDirection, LineageNode } from "@/api/contract";
import { runColor } from "@/lib/palette";
import { saveText } from "@/lib/save-text";
import { useAppearance } from "@/lib/theme";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState, useFailureText } from "@/ui/error-state";
import { Checkbox } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";
import { Popover } from "@/ui/popover";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { lineageQuery } from "../queries";
import { addMember, type Drawing, draw, isSystemType, type Known, merge, NOBODY, typesOf } from "./graph";
import { layOut } from "./layout";
import styles from "./lineage.module.css";
import { LineageCanvas } from "./lineage-canvas";
import { LineageList } from "./lineage-list";
import { pictureOf } from "./picture";
import { useItemName } from "./words";

const DEPTH = 2;

/** Where a version comes from and what came of it, as a graph or in words. */
export default function LineageView({ version }: { version: ArtifactDetail }) {
  const { t } = useTranslation();
  const { known, error, refetch, expand, add } = useLineage(version.id);
  const [params, setParams] = useSearchParams();
  const asList = params.get("view") === "list";
  const [hiddenTypes, setHiddenTypes] = useState<ReadonlySet<string>>(new Set());
  const [system, setSystem] = useState(isSystemType(version.type));
  const drawing = useMemo(() => draw(known, { hiddenTypes, system }), [known, hiddenTypes, system]);
  const types = typesOf(known);
  const theme = useAppearance((state) => state.theme);
  const colorOf = (type: string) => runColor(types.indexOf(type), theme);
  if (known.start === "")
    return (
      <div className={styles.wait}>
        {error ? <ErrorState error={error} onRetry={refetch} /> : <SkeletonRows rows={8} />}
      </div>
    );
  if (known.nodes.size === 1 && known.clusters.size === 0)
    return (
      <div className={styles.wait}>
        <EmptyState title={t("artifacts.lineage.none")}>
          {t("artifacts.lineage.noneText")} {t("artifacts.lineage.noneHint")}
        </EmptyState>
      </div>
    );
  const toggleType = (type: string) =>
    setHiddenTypes((now) => {
      const next = new Set(now);
      if (!next.delete(type)) next.add(type);
      return next;
    });
  return (
    <div className={styles.lineage}>
      <div className={styles.tools}>
        <Button
          size="small"
          icon={asList ? <Workflow aria-hidden /> : <List aria-hidden />}
          onClick={() => setParams(asList ? {} : { view: "list" }, { replace: true })}
        >
          {t(asList ? "artifacts.lineage.view.graph" : "artifacts.lineage.view.list")}
        </Button>
        <Popover
          label={t("artifacts.lineage.typesText")}
          trigger={
            <Button size="small" icon={<Filter aria-hidden />}>
              {t("artifacts.lineage.types")}
            </Button>
          }
        >
          <div className={styles.types}>
            {types
              .filter((type) => system || !isSystemType(type))
              .map((type) => (
                <Checkbox
                  key={type}
                  label={
                    <span className={styles.type}>
                      <span className={styles.swatch} style={{ background: colorOf(type) }} aria-hidden />
                      {type}
                    </span>
                  }
                  checked={!hiddenTypes.has(type)}
                  onChange={() => toggleType(type)}
                />
              ))}
            {types.some(isSystemType) && (
              <Checkbox
                label={t("artifacts.lineage.system")}
                checked={system}
                onChange={(event) => setSystem(event.target.checked)}
              />
            )}
          </div>
        </Popover>
        <Legend
          types={types.filter((type) => !hiddenTypes.has(type) && (system || !isSystemType(type)))}
          colorOf={colorOf}
        />
        {!asList && <SavePicture drawing={drawing} name={`${version.collection}-${version.version}-lineage.svg`} />}
      </div>
      {known.cut && <p className={styles.cut}>{t("artifacts.lineage.cut")}</p>}
      {asList ? (
        <LineageList drawing={drawing} start={known.start} onExpand={expand} />
      ) : (
        <LineageCanvas drawing={drawing} start={known.start} colorOf={colorOf} onExpand={expand} onMember={add} />
      )}
    </div>
  );
}

/** What the server told so far. The first answer reaches some steps in both directions; the rest is asked for. */
function useLineage(node: string) {
  const client = useQueryClient();
  const failureText = useFailureText();
  const { data, error, refetch } = useQuery(lineageQuery(node, DEPTH, DEPTH));
  const [known, setKnown] = useState<Known>(NOBODY);
  useEffect(() => {
    if (data) setKnown((now) => merge(now, data));
  }, [data]);
  const expand = useCallback(
    (id: string, direction: LineageDirection) => {
      const [up, down] = direction === "up" ? [1, 0] : [0, 1];
      client.fetchQuery({ ...lineageQuery(id, up, down), staleTime: 0 }).then(
        (answer) => setKnown((now) => merge(now, answer)),
        (failure: unknown) => toast.bad(failureText(failure)),
      );
    },
    [client, failureText],
  );
  const add = useCallback(
    (cluster: LineageCluster, member: LineageNode) => setKnown((now) => addMember(now, cluster, member)),
    [],
  );
  return { known, error, refetch: () => void refetch(), expand, add };
}

const Legend = ({ types, colorOf }: { types: readonly string[]; colorOf: (type: string) => string }) => (
  <ul className={styles.legend}>
    {types.slice(0, 8).map((type) => (
      <li key={type} className={styles.type}>
        <span className={styles.swatch} style={{ background: colorOf(type) }} aria-hidden />
        {type}
      </li>
    ))}
  </ul>
);

function SavePicture({ drawing, name }: { drawing: Drawing; name: string }) {
  const { t } = useTranslation();
  const nameOf = useItemName();
  const save = () => {
    const style = getComputedStyle(document.documentElement);
    const color = (token: string) => style.getPropertyValue(token).trim();
    const colors = {
      surface: color("--surface"),
      line: color("--line-strong"),
      text: color("--text"),
      muted: color("--muted"),
    };
    saveText(name, pictureOf(drawing, layOut(drawing), nameOf, colors), "image/svg+xml");
  };
  return (
    <span className={styles.save}>
      <IconButton label={t("artifacts.lineage.download")} icon={<ImageDown aria-hidden />} onClick={save} />
    </span>
  );
}
