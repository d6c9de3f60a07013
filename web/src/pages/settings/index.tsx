import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { AppearanceForm } from "@/domains/accounts/appearance-form";
import { CreateKeyButton } from "@/domains/accounts/key-dialog";
import { KeyTable } from "@/domains/accounts/key-table";
import { apiKeysQuery, sessionsQuery } from "@/domains/accounts/keys";
import { useLoginCommand } from "@/domains/accounts/new-key";
import { PasswordForm } from "@/domains/accounts/password-form";
import { ProfileForm } from "@/domains/accounts/profile-form";
import { useSession, useUser } from "@/domains/accounts/session";
import { SessionTable } from "@/domains/accounts/session-table";
import { AlertPreferencesForm } from "@/domains/alerts/alert-preferences";
import { entityPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { Badge } from "@/ui/badge";
import { CodeBlock } from "@/ui/code-block";
import styles from "./settings.module.css";

const SECTIONS = ["profile", "password", "apikeys", "sessions", "alerts", "appearance"] as const;
type Section = (typeof SECTIONS)[number];

/** The signed-in user's own settings; `#apikeys` and the like open at that part. */
export default function SettingsPage() {
  const { t } = useTranslation();
  useTitle(t("accounts.settings.title"));
  const { hash } = useLocation();
  const { data: session } = useSession();
  // the tables above push the parts below them down when they arrive
  const settled = [useQuery(apiKeysQuery), useQuery(sessionsQuery)].filter((query) => !query.isPending).length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls again when a table has arrived
  useEffect(() => {
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView({ block: "start" });
  }, [hash, settled]);

  const sections = SECTIONS.filter((section) => section !== "password" || session?.passwords !== false);
  const content: Record<Section, ReactNode> = {
    profile: (
      <>
        <Profile />
        <ProfileForm />
      </>
    ),
    password: <PasswordForm />,
    apikeys: <Keys />,
    sessions: <SessionTable />,
    alerts: <AlertPreferencesForm />,
    appearance: <AppearanceForm />,
  };
  return (
    <main id="content" tabIndex={-1} className={styles.page}>
      <nav className={styles.nav} aria-label={t("accounts.settings.parts")}>
        <ul>
          {sections.map((section) => (
            <li key={section}>
              <Link to={`#${section}`} aria-current={hash === `#${section}` || undefined}>
                {t(`accounts.settings.${section}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className={styles.sections}>
        <h1>{t("accounts.settings.title")}</h1>
        {sections.map((section) => (
          <section
            key={section}
            id={section}
            className={styles.section}
            data-wide={/keys|sessions/.test(section) || undefined}
          >
            <h2>{t(`accounts.settings.${section}`)}</h2>
            {content[section]}
          </section>
        ))}
        {session && <p className={styles.version}>{t("accounts.settings.version", { version: session.version })}</p>}
      </div>
    </main>
  );
}

function Profile() {
  const { t } = useTranslation();
  const user = useUser();
  return (
    <dl className={styles.facts}>
      <dt>{t("accounts.fields.username")}</dt>
      <dd>
        {user.username} {user.admin && <Badge tone="accent">{t("accounts.settings.admin")}</Badge>}
      </dd>
      <dt>{t("accounts.settings.entities")}</dt>
      <dd>
        <ul className={styles.entities}>
          {user.entities.map((entity) => (
            <li key={entity.name}>
              <Link to={entityPath(entity.name)}>{entity.name}</Link>{" "}
              <Badge>{entity.kind === "user" ? t("shell.kind.user") : t(`accounts.role.${entity.role}`)}</Badge>
            </li>
          ))}
        </ul>
      </dd>
    </dl>
  );
}

function Keys() {
  const { t } = useTranslation();
  const login = useLoginCommand();
  return (
    <>
      <p className={styles.text}>{t("accounts.key.text")}</p>
      <CodeBlock text={login} name={t("accounts.key.copyCommand")} wrap />
      <KeyTable />
      <div>
        <CreateKeyButton />
      </div>
    </>
  );
}
