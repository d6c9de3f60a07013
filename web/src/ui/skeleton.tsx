import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import styles from "./skeleton.module.css";

/** A grey bar in the shape of what comes; appears only after 150 ms, so that quick answers do not flicker. */
export const Skeleton = ({
  width = "100%",
  height = 14,
}: {
  width?: CSSProperties["width"];
  height?: CSSProperties["height"];
}) => <span className={styles.bar} style={{ width, height }} aria-hidden />;

/** Rows in place of a list or table that is on its way. */
export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className={styles.rows} role="status" aria-label={t("common.loading")}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={10} width={`${92 - ((row * 17) % 40)}%`} />
      ))}
    </div>
  );
}
