import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCreateKey } from "@/domains/accounts/keys";
import { NewKey } from "@/domains/accounts/new-key";
import { useTitle } from "@/lib/title";
import { Button, buttonClass } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { Skeleton } from "@/ui/skeleton";
import styles from "./authorize.module.css";

// StrictMode runs effects twice, and one visit makes one key
let visited: string | null = null;

/** Reloading the page that showed a key must not fill the account with keys: then it takes a click. */
function isReload(): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return entry?.type === "reload" || entry?.type === "back_forward";
}

const visit = (): string => `${performance.timeOrigin} ${history.state?.key ?? ""}`;

/** Where `wandb login` sends people: makes a key, shows it once, and says what to do with it. */
export default function AuthorizePage() {
  const { t } = useTranslation();
  useTitle(t("accounts.authorize.title"));
  const { mutate, data: created, error, isIdle } = useCreateKey();
  const name = t("accounts.authorize.keyName");

  // one key for one visit; coming back to it or reloading it asks first
  const [auto] = useState(() => visited !== visit() && !isReload());

  useEffect(() => {
    if (!auto || visited === visit()) return;
    visited = visit();
    mutate({ name });
  }, [auto, mutate, name]);

  return (
    <main id="content" tabIndex={-1} className={styles.page}>
      <h1>{t("accounts.authorize.title")}</h1>
      {created && <NewKey created={created} />}
      {error && <ErrorState error={error} onRetry={() => mutate({ name })} />}
      {!created && !error && !isIdle && <Skeleton height={120} />}
      {isIdle && !auto && (
        <>
          <p className={styles.text}>{t("accounts.authorize.again")}</p>
          <div>
            <Button look="primary" onClick={() => mutate({ name })}>
              {t("accounts.key.create")}
            </Button>
          </div>
        </>
      )}
      <div className={styles.links}>
        <Link to="/settings#apikeys" className={buttonClass()}>
          {t("accounts.authorize.manage")}
        </Link>
        <Link to="/home" className={buttonClass({ look: "quiet" })}>
          {t("accounts.authorize.home")}
        </Link>
      </div>
    </main>
  );
}
