import { useTranslation } from "react-i18next";
import { Link, Navigate, useSearchParams } from "react-router";
import { AccountForm } from "@/domains/accounts/account-form";
import { AuthCard } from "@/domains/accounts/auth-card";
import { useSession, useSessionActions } from "@/domains/accounts/session";
import { safeNext } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { buttonClass } from "@/ui/button";

/** A new account, where the server lets people make their own. */
export default function SignupPage() {
  const { t } = useTranslation();
  useTitle(t("accounts.signUp.title"));
  const [params] = useSearchParams();
  const { data: session } = useSession();
  const { signUp } = useSessionActions();
  if (session?.user) return <Navigate to={safeNext(params.get("next"))} replace />;
  if (!session) return null;
  const signIn = `/login?${params}`;
  if (!session.signupOpen)
    return (
      <AuthCard title={t("accounts.signUp.closed")} text={t("accounts.signUp.closedText")}>
        <Link to={signIn} className={buttonClass()}>
          {t("accounts.signIn.title")}
        </Link>
      </AuthCard>
    );
  const foot = (
    <>
      {t("accounts.signUp.hasAccount")} <Link to={signIn}>{t("accounts.signIn.title")}</Link>
    </>
  );
  return (
    <AuthCard title={t("accounts.signUp.title")} foot={foot}>
      <AccountForm action={t("accounts.signUp.action")} send={signUp} />
    </AuthCard>
  );
}
