import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useIsVisitor } from "@/domains/accounts/session";
import { SignInLink } from "@/domains/accounts/sign-in-link";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import styles from "./not-found.module.css";

/** No such page, or one that is not the reader's to see: the two look alike on purpose. */
export default function NotFoundPage() {
  const { t } = useTranslation();
  const isVisitor = useIsVisitor();
  return (
    <main id="content" tabIndex={-1} className={styles.page}>
      <EmptyState
        title={t("shell.notFound.title")}
        action={
          isVisitor ? (
            <SignInLink />
          ) : (
            <Link to="/home" className={buttonClass()}>
              {t("shell.notFound.home")}
            </Link>
          )
        }
      >
        {t(isVisitor ? "shell.notFound.visitorText" : "shell.notFound.text")}
      </EmptyState>
    </main>
  );
}
