import { Columns3, GitCompareArrows, Search, Trash2 } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { ArtifactRow, CollectionPage } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { formatInteger } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { Button, buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState, useFailureText } from "@/ui/error-state";
import { Checkbox, Input } from "@/ui/field";
import { Popover } from "@/ui/popover";
import { SkeletonRows } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { type CollectionRef, readVersionNames } from "../queries";
import { NOTHING } from "./choice";
import { DEFAULT_ORDER } from "./columns";
import { DeleteVersions } from "./delete-versions";
import { useVersionCounts } from "./use-version-window";
import styles from "./version-list.module.css";
import { VersionState, VersionTable } from "./version-table";

/** The versions of a collection: searched, sorted, chosen and deleted. Search, order and columns stand in the address. */
export function VersionList({ place, page }: { place: CollectionRef; page: CollectionPage }) {
  const { t } = useTranslation();
  const failureText = useFailureText();
  const [params, setParams] = useSearchParams();
  const find = params.get("find") ?? "";
  const order = params.get("order") ?? DEFAULT_ORDER;
  const metadata = params.getAll("column");
  const [choice, setChoice] = useState(NOTHING);
  const [deleting, setDeleting] = useState(false);
  const asked = { find: useDeferredValue(find), order, metadata };
  const { data, error, refetch, isPlaceholderData } = useVersionCounts(place, asked);
  const change = (name: string, value: string | string[]) =>
    setParams(
      (now) => {
        now.delete(name);
        for (const one of [value].flat()) if (one !== "") now.append(name, one);
        return now;
      },
      { replace: true },
    );
  const chooseAll = async () => {
    if (choice.names.size > 0) {
      setChoice(NOTHING);
      return;
    }
    try {
      setChoice({ names: new Set(await readVersionNames(place, find)), anchor: null });
    } catch (failure) {
      toast.bad(failureText(failure));
    }
  };
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />;
  return (
    <div className={styles.list}>
      <Pending rows={page.pending} />
      {data.total === 0 ? (
        <EmptyState title={t("artifacts.list.none")}>{t("artifacts.list.noneText")}</EmptyState>
      ) : (
        <>
          <div className={styles.tools}>
            <div className={styles.find}>
              <Search aria-hidden />
              <Input
                type="search"
                value={find}
                placeholder={t("artifacts.list.find")}
                aria-label={t("artifacts.list.find")}
                onChange={(event) => change("find", event.target.value)}
              />
            </div>
            <span className={styles.count} role="status">
              {find
                ? t("artifacts.list.matched", {
                    matched: formatInteger(data.matched),
                    total: formatInteger(data.total),
                  })
                : t("artifacts.count", { count: data.total, total: formatInteger(data.total) })}
            </span>
            <ColumnChoice keys={page.metadataKeys} chosen={metadata} onChange={(next) => change("column", next)} />
          </div>
          {choice.names.size > 0 && (
            <ChoiceBar
              place={place}
              names={[...choice.names]}
              onDelete={() => setDeleting(true)}
              onClear={() => setChoice(NOTHING)}
            />
          )}
          {error && <ErrorState error={error} onRetry={() => void refetch()} />}
          {data.matched === 0 ? (
            <EmptyState
              title={t("artifacts.list.noMatch", { find })}
              action={<Button onClick={() => change("find", "")}>{t("artifacts.list.clear")}</Button>}
            >
              {t("artifacts.list.noMatchText")}
            </EmptyState>
          ) : (
            <div className={cx(isPlaceholderData && styles.stale)}>
              <VersionTable
                key={`${asked.find} ${order}`}
                place={place}
                asked={asked}
                count={data.matched}
                canWrite={page.canWrite}
                choice={choice}
                onChoice={setChoice}
                onChooseAll={() => void chooseAll()}
                onOrder={(next) => change("order", next === DEFAULT_ORDER ? "" : next)}
              />
            </div>
          )}
        </>
      )}
      {deleting && (
        <DeleteVersions
          place={place}
          kind={page.kind}
          versions={[...choice.names]}
          onClose={() => setDeleting(false)}
          onDone={() => setChoice(NOTHING)}
        />
      )}
    </div>
  );
}

interface ChoiceBarProps {
  place: CollectionRef;
  names: readonly string[];
  onDelete: () => void;
  onClear: () => void;
}

/** What can be done to the chosen ones. */
function ChoiceBar({ place, names, onDelete, onClear }: ChoiceBarProps) {
  const { t } = useTranslation();
  const [one, two] = names.toSorted((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  return (
    <div className={styles.bar} role="status">
      <strong>{t("artifacts.list.selected", { count: names.length, total: formatInteger(names.length) })}</strong>
      {names.length === 2 && one && two && (
        <Link
          className={buttonClass({ size: "small" })}
          to={`${artifactPath(place.entity, place.project, place.type, place.collection, one, "compare")}?with=${two}`}
        >
          <GitCompareArrows aria-hidden />
          {t("artifacts.list.compare")}
        </Link>
      )}
      <Button size="small" look="danger" icon={<Trash2 aria-hidden />} onClick={onDelete}>
        {t("artifacts.list.delete")}
      </Button>
      <Button size="small" look="quiet" onClick={onClear}>
        {t("artifacts.list.unselect")}
      </Button>
    </div>
  );
}

interface ColumnChoiceProps {
  keys: readonly string[];
  chosen: readonly string[];
  onChange: (keys: string[]) => void;
}

/** Keys of metadata as further columns. */
function ColumnChoice({ keys, chosen, onChange }: ColumnChoiceProps) {
  const { t } = useTranslation();
  const offered = [...new Set([...chosen, ...keys])];
  return (
    <Popover
      label={t("artifacts.list.columnsText")}
      align="end"
      trigger={<Button icon={<Columns3 aria-hidden />}>{t("artifacts.list.columns")}</Button>}
    >
      <div className={styles.columns}>
        <p className={styles.count}>
          {offered.length > 0 ? t("artifacts.list.columnsText") : t("artifacts.list.noColumns")}
        </p>
        {offered.map((key) => (
          <Checkbox
            key={key}
            label={key}
            checked={chosen.includes(key)}
            onChange={({ target }) => onChange(target.checked ? [...chosen, key] : chosen.filter((one) => one !== key))}
          />
        ))}
      </div>
    </Popover>
  );
}

/** Versions that are on their way: they have no number yet. */
function Pending({ rows }: { rows: readonly ArtifactRow[] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return null;
  return (
    <div className={styles.pending}>
      <VersionState state="PENDING" />
      <span>{t("artifacts.list.pending", { count: rows.length })}</span>
      {rows.map((row) => (
        <Link key={row.id} to={artifactPath(row.entity, row.project, row.type, row.collection, row.version)}>
          <code>{row.digest.slice(0, 12)}</code>
        </Link>
      ))}
    </div>
  );
}
