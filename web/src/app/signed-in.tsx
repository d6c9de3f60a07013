import { Navigate, Outlet, useLocation } from "react-router";
import { useSession } from "@/domains/accounts/session";
import { loginPath } from "@/lib/paths";
import { ErrorState } from "@/ui/error-state";
import styles from "./shell/shell.module.css";

/** Lets signed-in people through; all others go to the sign-in page and come back here afterwards. */
export function SignedIn() {
  const { data, error, refetch } = useSession();
  const { pathname, search, hash } = useLocation();
  if (data?.user) return <Outlet />;
  if (data) return <Navigate to={signInAddress(pathname + search + hash, data.signupOpen)} replace />;
  if (!error) return null;
  return (
    <main className={styles.bare}>
      <ErrorState error={error} onRetry={() => void refetch()} />
    </main>
  );
}

/** The client's link for a new user (`/authorize?signup=true`) leads to sign-up where that is open. */
function signInAddress(here: string, signupOpen: boolean): string {
  const address = loginPath(here === "/home" ? "/" : here);
  const wantsAccount = new URL(here, location.origin).searchParams.get("signup") === "true";
  return wantsAccount && signupOpen ? address.replace("/login", "/signup") : address;
}
