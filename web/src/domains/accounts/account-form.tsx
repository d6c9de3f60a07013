import { useTranslation } from "react-i18next";
import type { SignupInput } from "@/api/contract";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { FormProblem, useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";

// the server has the last word on both
export const PASSWORD_MIN = 12;
const USERNAME = "[A-Za-z0-9][A-Za-z0-9_.\\-]{0,63}";

/** Name, e-mail and password of a new account: for sign-up and for the first administrator. */
export function AccountForm({ action, send }: { action: string; send: (input: SignupInput) => Promise<void> }) {
  const { t } = useTranslation();
  const { busy, error, onSubmit } = useForm(async ({ username = "", email = "", password = "", again = "" }) => {
    if (password !== again) throw new FormProblem(t("accounts.password.differ"));
    await send({ username: username.trim(), email: email.trim(), password });
  });
  return (
    <form onSubmit={onSubmit}>
      <UsernameField />
      <Field label={t("accounts.fields.email")}>
        {(control) => <Input {...control} name="email" type="email" autoComplete="email" required />}
      </Field>
      <NewPassword />
      <FormError>{error}</FormError>
      <Button type="submit" look="primary" busy={busy}>
        {action}
      </Button>
    </form>
  );
}

/** The name of a new account, or of a team: `username`. */
export function UsernameField({ label }: { label?: string }) {
  const { t } = useTranslation();
  return (
    <Field label={label ?? t("accounts.fields.username")} hint={t("accounts.fields.usernameHint")}>
      {(control) => (
        <Input
          {...control}
          name="username"
          autoComplete={label ? "off" : "username"}
          autoCapitalize="none"
          spellCheck={false}
          pattern={USERNAME}
          title={t("accounts.fields.usernameHint")}
          autoFocus
          required
        />
      )}
    </Field>
  );
}

/** The two fields of a new password, `password` and `again`; `instead` of one that the account has. */
export function NewPassword({ instead = false }: { instead?: boolean }) {
  const { t } = useTranslation();
  const [first, second] = instead
    ? [t("accounts.password.new"), t("accounts.password.newAgain")]
    : [t("accounts.fields.password"), t("accounts.password.again")];
  return (
    <>
      <Field label={first} hint={t("accounts.password.rule", { count: PASSWORD_MIN })}>
        {(control) => (
          <Input
            {...control}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={PASSWORD_MIN}
            required
          />
        )}
      </Field>
      <Field label={second}>
        {(control) => <Input {...control} name="again" type="password" autoComplete="new-password" required />}
      </Field>
    </>
  );
}
