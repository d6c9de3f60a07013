import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { post } from "@/api/client";
import type { AccountLink } from "@/api/contract";
import { NewPassword, UsernameField } from "@/domains/accounts/account-form";
import { AuthCard } from "@/domains/accounts/auth-card";
import { useSession, useSessionActions } from "@/domains/accounts/session";
import { isAbsent } from "@/lib/failure";
import { useTitle } from "@/lib/title";
import { Button, buttonClass } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { FormProblem, useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";

/** Where a link leads that somebody was sent: to an account in a team, or to a new password. */
export default function InvitePage() {
  const { t } = useTranslation();
  useTitle(t("accounts.link.title"));
  const token = useSearchParams()[0].get("token") ?? "";
  const { data: session } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ["link", token],
    queryFn: ({ signal }) => post<AccountLink>("/app/link", { token }, signal),
    enabled: session !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isAbsent(error))
    return (
      <AuthCard title={t("accounts.link.over")} text={t("accounts.link.overText")}>
        <Link to="/login" className={buttonClass()}>
          {t("accounts.signIn.title")}
        </Link>
      </AuthCard>
    );
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return data.username === null ? (
    <AuthCard
      title={t("accounts.link.join", { team: data.team ?? "" })}
      text={t("accounts.link.joinText", { email: data.email })}
    >
      <FollowForm token={token} action={t("accounts.signUp.action")} named={null} />
    </AuthCard>
  ) : (
    <AuthCard title={t("accounts.link.password")} text={t("accounts.link.passwordText", { name: data.username })}>
      <FollowForm token={token} action={t("accounts.link.set")} named={data.username} />
    </AuthCard>
  );
}

function FollowForm({ token, action, named }: { token: string; action: string; named: string | null }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { follow } = useSessionActions();
  const { busy, error, onSubmit } = useForm(async ({ username = "", password = "", again = "" }) => {
    if (password !== again) throw new FormProblem(t("accounts.password.differ"));
    await follow({ token, username: named ?? username.trim(), password });
    await navigate("/home", { replace: true });
  });
  return (
    <form onSubmit={onSubmit}>
      {named === null ? (
        <UsernameField />
      ) : (
        // tells password managers whose password it is
        <input type="text" name="username" autoComplete="username" value={named} readOnly hidden />
      )}
      <NewPassword instead={named !== null} />
      <FormError>{error}</FormError>
      <Button type="submit" look="primary" busy={busy}>
        {action}
      </Button>
    </form>
  );
}
