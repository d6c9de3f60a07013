import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { useCreateKey } from "./keys";
import { NewKey } from "./new-key";

// the client reads the name nowhere; it only has to fit a table
const NAME_MAX = 100;

/** A button that asks for a name, makes a key, and shows its secret until the dialog is closed. */
export function CreateKeyButton({ look = "primary", label }: { look?: "plain" | "primary"; label?: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look={look} onClick={() => setOpen(true)}>
        {label ?? t("accounts.key.create")}
      </Button>
      {open && <CreateKeyDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { mutateAsync, data: created } = useCreateKey();
  const { busy, error, onSubmit } = useForm(({ name = "" }) => mutateAsync(name.trim()));
  const actions = created ? (
    <Button look="primary" onClick={onClose}>
      {t("accounts.key.done")}
    </Button>
  ) : (
    <>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form="new-key" look="primary" busy={busy}>
        {t("accounts.key.create")}
      </Button>
    </>
  );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={created ? t("accounts.key.created", { name: created.name }) : t("accounts.key.create")}
      actions={actions}
    >
      {created ? (
        <NewKey created={created} />
      ) : (
        <form id="new-key" onSubmit={onSubmit}>
          <Field label={t("accounts.key.name")} hint={t("accounts.key.nameHint")}>
            {(control) => <Input {...control} name="name" maxLength={NAME_MAX} autoComplete="off" autoFocus required />}
          </Field>
          <FormError>{error}</FormError>
        </form>
      )}
    </Dialog>
  );
}
