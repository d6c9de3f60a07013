import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { ChangeKind } from "@/api/contract";
import { isAbsent } from "@/lib/failure";
import { formatBytes } from "@/lib/number";
import { artifactPath } from "@/lib/paths";
import { ErrorState } from "@/ui/error-state";
import { IconButton } from "@/ui/icon-button";
import { SkeletonRows } from "@/ui/skeleton";
import { filePath } from "../address";
import { Content } from "../files/entry-view";
import { entryQuery, type VersionRef } from "../queries";
import styles from "./compare.module.css";

interface BothFilesProps {
  place: VersionRef;
  other: VersionRef;
  path: string;
  /** the side that has no such file is not asked for it */
  was: ChangeKind;
  onClose: () => void;
}

/** One file as it is in either version, side by side. */
export function BothFiles({ place, other, path, was, onClose }: BothFilesProps) {
  const { t } = useTranslation();
  return (
    <section className={styles.both} aria-label={t("artifacts.compare.sideBySide", { path })}>
      <header className={styles.heading}>
        <h3 className={styles.path}>{path}</h3>
        <IconButton label={t("artifacts.compare.close")} icon={<X aria-hidden />} onClick={onClose} />
      </header>
      <div className={styles.pair}>
        <OneSide title={t("artifacts.compare.before")} place={other} path={path} absent={was === "added"} />
        <OneSide title={t("artifacts.compare.after")} place={place} path={path} absent={was === "removed"} />
      </div>
    </section>
  );
}

function OneSide({ title, place, path, absent }: { title: string; place: VersionRef; path: string; absent: boolean }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ ...entryQuery(place, path), enabled: !absent });
  const { entity, project, type, collection, version } = place;
  const to = `${artifactPath(entity, project, type, collection, version, "files")}/${filePath(path)}`;
  return (
    <div className={styles.one}>
      <p>
        <span className={styles.muted}>{title}</span>{" "}
        {data?.kind === "file" && (
          <>
            <Link to={to}>
              {collection}:{version}
            </Link>{" "}
            <span className={styles.muted}>{formatBytes(data.sizeBytes)}</span>
          </>
        )}
      </p>
      {data?.kind === "file" ? (
        <Content file={data} place={place} />
      ) : absent || isAbsent(error) || data ? (
        <p className={styles.muted}>{t("artifacts.compare.notThere")}</p>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </div>
  );
}
