import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { type Once, OnceDialog } from "./once-dialog";
import styles from "./people.module.css";

interface AskOnceProps {
  label: string;
  field: string;
  hint: string;
  type?: "text" | "email";
  look?: "plain" | "primary";
  /** resolves to what is shown until the dialog is closed, null to close it */
  send: (value: string) => Promise<Once | null>;
  children?: ReactNode;
}

/** A button that asks for a name or an address, and shows the secret that comes of it once. */
export function AskOnceButton({ label, field, hint, type = "text", look = "plain", send, children }: AskOnceProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [once, setOnce] = useState<Once | null>(null);
  const { busy, error, onSubmit } = useForm(async ({ value = "" }) => {
    const made = await send(value.trim());
    setOpen(false);
    setOnce(made);
  });
  return (
    <>
      <Button look={look} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {once && <OnceDialog once={once} onClose={() => setOnce(null)} />}
      {open && (
        <Dialog
          open
          onOpenChange={() => setOpen(false)}
          title={label}
          actions={
            <>
              <Button onClick={() => setOpen(false)}>{t("common.cancel")}</Button>
              <Button type="submit" form="ask-once" look="primary" busy={busy}>
                {label}
              </Button>
            </>
          }
        >
          <form id="ask-once" className={styles.form} onSubmit={onSubmit}>
            <Field label={field} hint={hint}>
              {(control) => <Input {...control} name="value" type={type} autoComplete="off" autoFocus required />}
            </Field>
            {children}
            <FormError>{error}</FormError>
          </form>
        </Dialog>
      )}
    </>
  );
}
