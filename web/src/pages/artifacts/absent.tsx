import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { CollectionRef } from "@/domains/artifacts/queries";
import { artifactPath } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import styles from "./artifacts.module.css";

/** The address names no collection or version that the reader may see; the list beside it still helps. */
export function Absent({ place }: { place: CollectionRef }) {
  const { t } = useTranslation();
  return (
    <div className={styles.wait}>
      <EmptyState
        title={t("artifacts.absent")}
        action={
          <Link to={artifactPath(place.entity, place.project)} className={buttonClass()}>
            {t("artifacts.all")}
          </Link>
        }
      >
        {t("artifacts.absentText")}
      </EmptyState>
    </div>
  );
}
