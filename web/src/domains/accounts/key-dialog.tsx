import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { KeyRights } from "@/api/contract";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input, Select } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { useCreateKey } from "./keys";
import { NewKey } from "./new-key";
import styles from "./people.module.css";

// the client reads the name nowhere; it only has to fit a table
const NAME_MAX = 100;
const RIGHTS = ["all", "append", "read"] as const satisfies readonly KeyRights[];
const DAYS = ["0", "1", "7", "30", "90", "365"] as const;
type Days = (typeof DAYS)[number];
const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

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
  const [rights, setRights] = useState<KeyRights>("all");
  const [days, setDays] = useState<Days>("0");
  const { busy, error, onSubmit } = useForm(({ name = "", projects = "", networks = "" }) =>
    mutateAsync({
      name: name.trim(),
      ...(rights !== "all" && { rights }),
      ...(days !== "0" && { days: Number(days) }),
      ...(projects.trim() && { projects: words(projects) }),
      ...(networks.trim() && { networks: words(networks) }),
    }),
  );
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
        <form id="new-key" className={styles.form} onSubmit={onSubmit}>
          <Field label={t("accounts.key.name")} hint={t("accounts.key.nameHint")}>
            {(control) => <Input {...control} name="name" maxLength={NAME_MAX} autoComplete="off" autoFocus required />}
          </Field>
          <Field label={t("accounts.rights.label")}>
            {(control) => (
              <Select
                {...control}
                value={rights}
                onChange={setRights}
                options={RIGHTS.map((value) => ({ value, label: t(`accounts.rights.${value}`) }))}
              />
            )}
          </Field>
          <Field label={t("accounts.rights.days")}>
            {(control) => (
              <Select
                {...control}
                value={days}
                onChange={setDays}
                options={DAYS.map((value) => ({
                  value,
                  label:
                    value === "0"
                      ? t("accounts.rights.forever")
                      : t("accounts.rights.forDays", { count: Number(value) }),
                }))}
              />
            )}
          </Field>
          <Field label={t("accounts.rights.projects")} hint={t("accounts.rights.projectsHint")}>
            {(control) => <Input {...control} name="projects" autoComplete="off" spellCheck={false} />}
          </Field>
          <Field label={t("accounts.rights.networks")} hint={t("accounts.rights.networksHint")}>
            {(control) => <Input {...control} name="networks" autoComplete="off" spellCheck={false} />}
          </Field>
          <FormError>{error}</FormError>
        </form>
      )}
    </Dialog>
  );
}
