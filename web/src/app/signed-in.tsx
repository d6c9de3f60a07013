import { ExternalLink } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation, useOutlet, useOutletContext } from "react-router";
import type { Session } from "@/api/contract";
import { useSession } from "@/domains/accounts/session";
import { loginPath } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { isEmbedded } from "./shell/embedded";
import styles from "./shell/shell.module.css";

/** Lets signed-in people through; all others go to the sign-in page and come back here afterwards. */
export function SignedIn() {
  const outlet = useOutlet(useOutletContext());
  return <Guard opensTo={(session) => session.user !== null}>{outlet}</Guard>;
}

/**
 * Lets visitors through too, where public projects are shown to them: the server tells what they may see. Whoever was
 * signed in until now is asked to sign in again.
 */
export function MayLook() {
  const { data } = useSession();
  const [wasSignedIn, setWasSignedIn] = useState(false);
  const isSignedIn = Boolean(data?.user);
  useEffect(() => {
    if (isSignedIn) setWasSignedIn(true);
  }, [isSignedIn]);
  return (
    <Guard opensTo={(session) => session.user !== null || (session.publicProjects && !wasSignedIn)}>
      <Outlet />
    </Guard>
  );
}

function Guard({ opensTo, children }: { opensTo: (session: Session) => boolean; children: ReactNode }) {
  const { data, error, refetch } = useSession();
  const { pathname, search, hash } = useLocation();
  if (data && opensTo(data)) return children;
  if (data && isEmbedded) return <SignInElsewhere />;
  if (data) return <Navigate to={signInAddress(pathname + search + hash, data.signupOpen)} replace />;
  if (!error) return null;
  return (
    <main className={styles.bare}>
      <ErrorState error={error} onRetry={() => void refetch()} />
    </main>
  );
}

/** In a notebook's frame: browsers keep the cookie from frames of other sites, and nobody should type a password there. */
function SignInElsewhere() {
  const { t } = useTranslation();
  const here = new URL(location.href);
  here.searchParams.delete("jupyter");
  const tab = (
    <a className={buttonClass()} href={here.href} target="_blank" rel="noreferrer">
      <ExternalLink aria-hidden />
      {t("shell.embedded.open")}
    </a>
  );
  return (
    <main className={styles.bare}>
      <EmptyState title={t("shell.embedded.title")} action={tab}>
        {t("shell.embedded.text")}
      </EmptyState>
    </main>
  );
}

/** The client's link for a new user (`/authorize?signup=true`) leads to sign-up where that is open. */
function signInAddress(here: string, signupOpen: boolean): string {
  const address = loginPath(here === "/home" ? "/" : here);
  const wantsAccount = new URL(here, location.origin).searchParams.get("signup") === "true";
  return wantsAccount && signupOpen ? address.replace("/login", "/signup") : address;
}
