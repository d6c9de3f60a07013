import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { FormProblem, useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { toast } from "@/ui/toast";
import { NewPassword } from "./account-form";
import { changePassword } from "./keys";
import { useUser } from "./session";

export function PasswordForm() {
  const { t } = useTranslation();
  const { username } = useUser();
  // a new key empties the fields after a change
  const [round, setRound] = useState(0);
  const { busy, error, onSubmit } = useForm(async ({ current = "", password = "", again = "" }) => {
    if (password !== again) throw new FormProblem(t("accounts.password.differ"));
    await changePassword({ current, new: password });
    toast.good(t("accounts.password.changed"));
    setRound(round + 1);
  });
  return (
    <form key={round} onSubmit={onSubmit}>
      {/* tells password managers whose password it is */}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <Field label={t("accounts.password.current")}>
        {(control) => <Input {...control} name="current" type="password" autoComplete="current-password" required />}
      </Field>
      <NewPassword instead />
      <FormError>{error}</FormError>
      <div>
        <Button type="submit" busy={busy}>
          {t("accounts.password.change")}
        </Button>
      </div>
    </form>
  );
}
