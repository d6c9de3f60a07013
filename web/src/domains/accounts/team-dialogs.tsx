import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code-block";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { RoleSelect } from "./member-table";
import styles from "./people.module.css";
import { type Role, useTeamActions } from "./team";

interface Shown {
  title: string;
  text: string;
  secret: string;
}

/** Adds somebody who has an account at once, and shows a link for an address that has none. */
export function AddMemberButton({ team }: { team: string }) {
  const { t } = useTranslation();
  const { setMember, invite } = useTeamActions(team);
  const [role, setRole] = useState<Role>("member");
  return (
    <AskDialog
      label={t("accounts.team.add")}
      field={t("accounts.team.who")}
      hint={t("accounts.team.whoHint")}
      send={async (who) => {
        if (!who.includes("@")) {
          await setMember({ username: who, role });
          return null;
        }
        const made = await invite({ email: who, role });
        const text = made.mailed ? t("accounts.team.linkMailed") : t("accounts.team.linkText");
        return { title: t("accounts.team.link", { email: who }), text, secret: made.url };
      }}
    >
      <Field label={t("accounts.team.role")}>
        {() => <RoleSelect label={t("accounts.team.role")} value={role} onChange={setRole} />}
      </Field>
    </AskDialog>
  );
}

/** Makes an account for programs and shows its key once. */
export function AddServiceButton({ team }: { team: string }) {
  const { t } = useTranslation();
  const { addService } = useTeamActions(team);
  return (
    <AskDialog
      label={t("accounts.team.addService")}
      field={t("accounts.fields.name")}
      hint={t("accounts.team.serviceHint")}
      send={async (name) => {
        const made = await addService(name);
        return { title: t("accounts.key.created", { name }), text: t("accounts.key.once"), secret: made.secret };
      }}
    />
  );
}

interface AskDialogProps {
  label: string;
  field: string;
  hint: string;
  /** resolves to what is shown until the dialog is closed, null to close it */
  send: (value: string) => Promise<Shown | null>;
  children?: React.ReactNode;
}

function AskDialog({ label, field, hint, send, children }: AskDialogProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
  const close = () => {
    setOpen(false);
    setShown(null);
  };
  const { busy, error, onSubmit } = useForm(async ({ value = "" }) => {
    const made = await send(value.trim());
    if (made) setShown(made);
    else close();
  });
  const actions = shown ? (
    <Button look="primary" onClick={close}>
      {t("accounts.key.done")}
    </Button>
  ) : (
    <>
      <Button onClick={close}>{t("common.cancel")}</Button>
      <Button type="submit" form="ask-team" look="primary" busy={busy}>
        {label}
      </Button>
    </>
  );
  return (
    <>
      <Button onClick={() => setOpen(true)}>{label}</Button>
      {open && (
        <Dialog open onOpenChange={close} title={shown?.title ?? label} actions={actions}>
          {shown ? (
            <div className={styles.link}>
              <p>{shown.text}</p>
              <CodeBlock text={shown.secret} name={t("accounts.team.copy")} wrap />
            </div>
          ) : (
            <form id="ask-team" className={styles.form} onSubmit={onSubmit}>
              <Field label={field} hint={hint}>
                {(control) => <Input {...control} name="value" autoComplete="off" autoFocus required />}
              </Field>
              {children}
              <FormError>{error}</FormError>
            </form>
          )}
        </Dialog>
      )}
    </>
  );
}
