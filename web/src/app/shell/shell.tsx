import { useTranslation } from "react-i18next";
import { Link, Outlet } from "react-router";
import { Mark } from "@/ui/logo";
import styles from "./shell.module.css";

/** The frame of every page behind the sign-in: top bar, then the page. */
export function Shell() {
  const { t } = useTranslation();
  return (
    <div className={styles.shell}>
      <a href="#content" className={styles.skip}>
        {t("shell.skip")}
      </a>
      <header className={styles.bar}>
        <Link to="/home" className={styles.logo} aria-label="Steelyard">
          <Mark />
        </Link>
      </header>
      <Outlet />
    </div>
  );
}
