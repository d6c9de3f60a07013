import { useInfiniteQuery } from "@tanstack/react-query";
import { Minus, Pencil, Plus } from "lucide-react";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { ArtifactDetail, ChangeKind, FileChange } from "@/api/contract";
import { cx } from "@/lib/class-names";
import { formatBytes, formatInteger } from "@/lib/number";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { RowList, rowStyles, useRowList } from "@/ui/row-list";
import { SkeletonRows } from "@/ui/skeleton";
import { otherName } from "../address";
import { changesQuery, changeTotalsQuery, type VersionRef } from "../queries";
import { BothFiles } from "./both-files";
import styles from "./compare.module.css";
import { addTotals, type Totals } from "./totals";

const ROW_PX = 30;
// the list goes on by itself until it has so many
const ENOUGH = 200;
const KINDS = ["added", "removed", "changed"] as const satisfies readonly ChangeKind[];
const ICONS = { added: Plus, removed: Minus, changed: Pencil };

interface FileChangesProps {
  place: VersionRef;
  version: ArtifactDetail;
  other: VersionRef;
  before: ArtifactDetail;
}

/** Which files came, went and changed, with their sizes; kind and chosen file stand in the address. */
export function FileChanges({ place, version, other, before }: FileChangesProps) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const kind = KINDS.find((one) => one === params.get("kind")) ?? null;
  const file = params.get("file");
  const name = otherName(place, other);
  const { totals, ended, error, retry } = useTotals(place, name);
  const change = (key: string, value: string | null) =>
    setParams(
      (now) => {
        if (value === null) now.delete(key);
        else now.set(key, value);
        return now;
      },
      { replace: true },
    );
  const was = KINDS.find((one) => one === params.get("was")) ?? "changed";
  const choose = (one: FileChange | null) => {
    change("file", one?.path ?? null);
    change("was", one === null || one.kind === "changed" ? null : one.kind);
  };
  if (version.digest === before.digest)
    return (
      <section className={styles.section}>
        <h2>{t("artifacts.compare.filesTitle")}</h2>
        <EmptyState title={t("artifacts.compare.identical")}>{t("artifacts.compare.identicalText")}</EmptyState>
      </section>
    );
  return (
    <section className={styles.section}>
      <h2>{t("artifacts.compare.filesTitle")}</h2>
      <fieldset className={styles.kinds} aria-label={t("artifacts.compare.kinds")}>
        <Kind label={t("artifacts.compare.all")} chosen={kind === null} onChoose={() => change("kind", null)} />
        {KINDS.map((one) => (
          <Kind
            key={one}
            kind={one}
            label={t(`artifacts.compare.${one}`)}
            totals={totals}
            chosen={kind === one}
            onChoose={() => change("kind", one)}
          />
        ))}
      </fieldset>
      {!ended && !error && (
        <p className={styles.muted} role="status">
          {t("artifacts.compare.counting", {
            compared: formatInteger(totals.compared),
            total: formatInteger(Math.max(version.fileCount, before.fileCount)),
          })}
        </p>
      )}
      {error && <ErrorState error={error} onRetry={retry} />}
      <Changes key={kind ?? ""} place={place} other={name} kind={kind} chosen={file} onChoose={(one) => choose(one)} />
      {file !== null && (
        <BothFiles key={file} place={place} other={other} path={file} was={was} onClose={() => choose(null)} />
      )}
    </section>
  );
}

/** How much changed; the server adds up as much as it can at a time, and is asked until it has all. */
function useTotals(place: VersionRef, other: string) {
  const { data, error, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage, refetch } = useInfiniteQuery(
    changeTotalsQuery(place, other),
  );
  const goesOn = hasNextPage && !isFetching && !isFetchNextPageError;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  const totals = useMemo(() => addTotals(data?.pages ?? []), [data]);
  const ended = data !== undefined && !hasNextPage;
  return { totals, ended, error, retry: () => void (data ? fetchNextPage() : refetch()) };
}

interface KindProps {
  kind?: ChangeKind;
  label: string;
  totals?: Totals;
  chosen: boolean;
  onChoose: () => void;
}

/** A kind of change as a button that narrows the list, with its figures. */
function Kind({ kind, label, totals, chosen, onChoose }: KindProps) {
  const { t } = useTranslation();
  const Icon = kind && ICONS[kind];
  return (
    <button type="button" className={styles.kind} aria-pressed={chosen} onClick={onChoose}>
      {Icon && <Icon aria-hidden className={kind && styles[`${kind}Icon`]} />}
      {label}
      {kind && totals && (
        <>
          <strong>{formatInteger(totals[kind])}</strong>
          <span className={styles.muted}>
            {kind === "changed"
              ? t("artifacts.compare.bytes", {
                  before: formatBytes(totals.changedBytesBefore),
                  after: formatBytes(totals.changedBytesAfter),
                })
              : formatBytes(kind === "added" ? totals.addedBytes : totals.removedBytes)}
          </span>
        </>
      )}
    </button>
  );
}

interface ChangesProps {
  place: VersionRef;
  other: string;
  kind: ChangeKind | null;
  chosen: string | null;
  onChoose: (change: FileChange) => void;
}

function Changes({ place, other, kind, chosen, onChoose }: ChangesProps) {
  const { t } = useTranslation();
  const { data, error, refetch, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = useInfiniteQuery(
    changesQuery(place, other, kind),
  );
  const changes = useMemo(() => data?.pages.flatMap((page) => page.changes) ?? [], [data]);
  const goesOn = hasNextPage && !isFetching && !isFetchNextPageError && changes.length < ENOUGH;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  const list = useRowList({ count: changes.length, rowPx: ROW_PX });
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={5} />;
  if (changes.length === 0 && !hasNextPage)
    return <p className={styles.muted}>{t(kind ? "artifacts.compare.noneOfKind" : "artifacts.compare.none")}</p>;
  return (
    <>
      <RowList list={list} label={t("artifacts.compare.filesTitle")} className={styles.changes}>
        {(index) => {
          const change = changes[index];
          return change && <ChangeRow change={change} current={change.path === chosen} onChoose={onChoose} />;
        }}
      </RowList>
      {error && <ErrorState error={error} onRetry={() => void fetchNextPage()} />}
      {hasNextPage && !error && (
        <div>
          <Button size="small" busy={isFetching} onClick={() => void fetchNextPage()}>
            {t(changes.length >= ENOUGH ? "artifacts.compare.more" : "artifacts.compare.moreFound")}
          </Button>
        </div>
      )}
    </>
  );
}

interface ChangeRowProps {
  change: FileChange;
  current: boolean;
  onChoose: (change: FileChange) => void;
}

function ChangeRow({ change, current, onChoose }: ChangeRowProps) {
  const { t } = useTranslation();
  const { path, kind, sizeBefore, sizeAfter } = change;
  const Icon = ICONS[kind];
  return (
    <button
      type="button"
      className={cx(rowStyles.row(current), styles.row)}
      title={path}
      aria-pressed={current}
      onClick={() => onChoose(change)}
    >
      <Icon aria-label={t(`artifacts.compare.${kind}`)} className={styles[`${kind}Icon`]} />
      <span className={rowStyles.name}>{path}</span>
      <span className={rowStyles.figure}>
        {sizeBefore !== null && sizeAfter !== null
          ? t("artifacts.compare.bytes", { before: formatBytes(sizeBefore), after: formatBytes(sizeAfter) })
          : formatBytes(sizeBefore ?? sizeAfter ?? 0)}
      </span>
    </button>
  );
}
