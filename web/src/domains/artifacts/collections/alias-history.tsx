import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { AliasChange } from "@/api/contract";
import { artifactPath } from "@/lib/paths";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { Head, Table } from "@/ui/table";
import { aliasHistoryQuery, type CollectionRef } from "../queries";

/** Which alias went from which version to which, when and by whom, the last change first. */
export function AliasHistory({ place, onClose }: { place: CollectionRef; onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    aliasHistoryQuery(place),
  );
  const changes = data?.pages.flatMap((page) => page.changes) ?? [];
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title={t("artifacts.history.title", { name: place.collection })}
      description={t("artifacts.history.text")}
    >
      {!data && (error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={4} />)}
      {data && changes.length === 0 && <EmptyState title={t("artifacts.history.none")} />}
      {changes.length > 0 && (
        <Table label={t("artifacts.history.title", { name: place.collection })}>
          <thead>
            <tr>
              <Head>{t("artifacts.history.alias")}</Head>
              <Head>{t("artifacts.history.from")}</Head>
              <Head>{t("artifacts.history.to")}</Head>
              <Head>{t("artifacts.history.by")}</Head>
              <Head>{t("artifacts.history.at")}</Head>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <Row key={change.id} place={place} change={change} />
            ))}
          </tbody>
        </Table>
      )}
      {hasNextPage && (
        <div>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("artifacts.history.more")}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

function Row({ place, change }: { place: CollectionRef; change: AliasChange }) {
  const { t } = useTranslation();
  const version = (name: string | null) =>
    name === null ? (
      t("common.none")
    ) : (
      <Link to={artifactPath(place.entity, place.project, place.type, place.collection, name)}>{name}</Link>
    );
  return (
    <tr>
      <td>
        <Badge>{change.alias}</Badge>
      </td>
      <td>{version(change.from)}</td>
      <td>{version(change.to)}</td>
      <td>{change.by ?? t("common.none")}</td>
      <td>
        <RelativeTime at={change.at} />
      </td>
    </tr>
  );
}
