import { useTranslation } from "react-i18next";
import { Link, Navigate, useSearchParams } from "react-router";
import { AuthCard } from "@/domains/accounts/auth-card";
import { useSession, useSessionActions } from "@/domains/accounts/session";
import { cx } from "@/lib/class-names";
import { safeNext, signOnPath } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { Button, buttonClass } from "@/ui/button";
import { ErrorState } from "@/ui/error-state";
import { Field, Input } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import styles from "./login.module.css";

/** Sign in, then on to `?next=`. Whoever is signed in already goes there at once. */
export default function LoginPage() {
  const { t } = useTranslation();
  useTitle(t("accounts.signIn.title"));
  const [params] = useSearchParams();
  const { data: session, error, refetch } = useSession();
  if (session?.user) return <Navigate to={safeNext(params.get("next"))} replace />;
  if (session?.setupRequired) return <AuthCard title={t("accounts.setup.needed")}>{t("accounts.setup.how")}</AuthCard>;
  if (error)
    return (
      <AuthCard title={t("accounts.signIn.title")}>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </AuthCard>
    );
  const foot = session?.signupOpen && (
    <>
      {t("accounts.signIn.noAccount")} <Link to={`/signup?${params}`}>{t("accounts.signUp.title")}</Link>
    </>
  );
  return (
    <AuthCard title={t("accounts.signIn.title")} foot={foot}>
      {session?.signOn && <SignOn label={session.signOn.label} next={params.get("next")} only={!session.passwords} />}
      {session?.passwords !== false && <LoginForm />}
    </AuthCard>
  );
}

/** The way to the identity provider: a page of the server's own that leads there. */
function SignOn({ label, next, only }: { label: string; next: string | null; only: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {only && <p className={styles.only}>{t("accounts.signIn.only", { name: label })}</p>}
      <a className={cx(buttonClass({ look: "primary" }), styles.link)} href={signOnPath(safeNext(next))}>
        {t("accounts.signIn.by", { name: label })}
      </a>
      {!only && <p className={styles.or}>{t("accounts.signIn.or")}</p>}
    </>
  );
}

function LoginForm() {
  const { t } = useTranslation();
  const { signIn } = useSessionActions();
  const { busy, error, onSubmit } = useForm(({ login = "", password = "" }) => signIn(login, password));
  return (
    <form onSubmit={onSubmit}>
      <Field label={t("accounts.fields.login")}>
        {(control) => (
          <Input {...control} name="login" autoComplete="username" autoCapitalize="none" autoFocus required />
        )}
      </Field>
      <Field label={t("accounts.fields.password")}>
        {(control) => <Input {...control} name="password" type="password" autoComplete="current-password" required />}
      </Field>
      <FormError>{error}</FormError>
      <Button type="submit" look="primary" busy={busy}>
        {t("accounts.signIn.action")}
      </Button>
    </form>
  );
}
