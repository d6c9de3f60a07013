import { ArrowLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { CollectionRef } from "@/domains/artifacts/queries";
import { artifactPath } from "@/lib/paths";
import styles from "./artifacts.module.css";

/** From a version to the versions of its collection. */
export function BackToVersions({ entity, project, type, collection }: CollectionRef) {
  const { t } = useTranslation();
  return (
    <Link to={artifactPath(entity, project, type, collection)} className={styles.back}>
      <ArrowLeft aria-hidden /> {t("artifacts.versions")}
    </Link>
  );
}

/** To all collections, on screens that do not show their list beside the page. */
export function BackToAll({ entity, project }: { entity: string; project: string }) {
  const { t } = useTranslation();
  return (
    <Link to={artifactPath(entity, project)} className={styles.backToList}>
      <ArrowLeft aria-hidden /> {t("artifacts.all")}
    </Link>
  );
}
