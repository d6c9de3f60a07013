import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import styles from "./not-found.module.css";

/** No such page, or one that is not the reader's to see: the two look alike on purpose. */
export default function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <main id="content" tabIndex={-1} className={styles.page}>
      <EmptyState
        title={t("shell.notFound.title")}
        action={
          <Link to="/home" className={buttonClass()}>
            {t("shell.notFound.home")}
          </Link>
        }
      >
        {t("shell.notFound.text")}
      </EmptyState>
    </main>
  );
}
