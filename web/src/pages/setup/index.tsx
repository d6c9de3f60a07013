import { useTranslation } from "react-i18next";
import { Link, Navigate, useSearchParams } from "react-router";
import { AccountForm } from "@/domains/accounts/account-form";
import { AuthCard } from "@/domains/accounts/auth-card";
import { useSession, useSessionActions } from "@/domains/accounts/session";
import { useTitle } from "@/lib/title";
import { buttonClass } from "@/ui/button";

/** The page of the one-time link in the server's log: makes the first administrator and signs in. */
export default function SetupPage() {
  const { t } = useTranslation();
  useTitle(t("accounts.setup.title"));
  const [params] = useSearchParams();
  const { data: session } = useSession();
  const { setUp } = useSessionActions();
  // a link copied out of a log often brings the quotation mark after it
  const token = params.get("token")?.replace(/[^\w-]+$/, "");
  if (session?.user) return <Navigate to="/home" replace />;
  if (!session) return null;
  if (!session.setupRequired)
    return (
      <AuthCard title={t("accounts.setup.done")} text={t("accounts.setup.doneText")}>
        <Link to="/login" className={buttonClass()}>
          {t("accounts.signIn.title")}
        </Link>
      </AuthCard>
    );
  if (!token) return <AuthCard title={t("accounts.setup.needed")}>{t("accounts.setup.how")}</AuthCard>;
  return (
    <AuthCard title={t("accounts.setup.title")} text={t("accounts.setup.text")}>
      <AccountForm action={t("accounts.setup.action")} send={(input) => setUp({ token, ...input })} />
    </AuthCard>
  );
}
