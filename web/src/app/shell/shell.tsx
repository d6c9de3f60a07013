import { HelpCircle } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, ScrollRestoration, useNavigation } from "react-router";
import { Banners } from "@/domains/accounts/banners";
import { useIsVisitor } from "@/domains/accounts/session";
import { SignInLink } from "@/domains/accounts/sign-in-link";
import { Bell } from "@/domains/alerts/bell";
import { useAppearance } from "@/lib/theme";
import { IconButton } from "@/ui/icon-button";
import { Mark } from "@/ui/logo";
import { useShortcut, useShortcutListener } from "@/ui/shortcuts";
import { AccountMenu } from "./account-menu";
import { Breadcrumb } from "./breadcrumb";
import { isEmbedded } from "./embedded";
import { GlobalSearch } from "./global-search";
import { HelpSheet } from "./help-sheet";
import { PageNews } from "./page-news";
import styles from "./shell.module.css";

/** What the shell lends to the frames inside it. */
export interface ShellContext {
  /** a place in the top bar, e.g. for the live pill */
  barSlot: HTMLElement | null;
}

/** The frame of every page but those of signing in: top bar, then the page. Inside a notebook it leaves the page alone. */
export function Shell() {
  const { t } = useTranslation();
  const [barSlot, setBarSlot] = useState<HTMLElement | null>(null);
  const [helpOpen, setHelpOpen] = useState(false);
  const navigation = useNavigation();
  const isVisitor = useIsVisitor();
  const { theme, chooseTheme } = useAppearance();
  useShortcutListener();
  useShortcut("?", t("shell.help.open"), () => setHelpOpen(true));
  useShortcut("t", t("shell.help.theme"), () => chooseTheme(theme === "dark" ? "light" : "dark"));

  if (isEmbedded) return <Outlet context={{ barSlot: null } satisfies ShellContext} />;
  return (
    <div className={styles.shell}>
      <a href="#content" className={styles.skip}>
        {t("shell.skip")}
      </a>
      <Banners />
      <header className={styles.bar}>
        <Link to="/home" className={styles.logo} aria-label={t("shell.home")}>
          <Mark />
        </Link>
        <Breadcrumb />
        <div className={styles.end}>
          <div ref={setBarSlot} className={styles.slot} />
          {!isVisitor && (
            <>
              <GlobalSearch />
              <Bell />
            </>
          )}
          <IconButton
            label={t("shell.help.open")}
            icon={<HelpCircle aria-hidden />}
            className={styles.help}
            onClick={() => setHelpOpen(true)}
          />
          {isVisitor ? <SignInLink /> : <AccountMenu onHelp={() => setHelpOpen(true)} />}
        </div>
        {navigation.state === "loading" && (
          <div className={styles.progress} role="status" aria-label={t("common.loading")} />
        )}
      </header>
      <Outlet context={{ barSlot } satisfies ShellContext} />
      <ScrollRestoration />
      <PageNews />
      <HelpSheet open={helpOpen} onOpenChange={setHelpOpen} />
    </div>
  );
}
