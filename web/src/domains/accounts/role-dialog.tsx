import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomRole, RolePermission } from "@/api/contract";
import { AskDialog } from "@/ui/ask-dialog";
import { Button, type ButtonProps } from "@/ui/button";
import { Checkbox, Field, Input, Select } from "@/ui/field";
import styles from "./people.module.css";
import type { RoleInput } from "./roles";

type Parent = CustomRole["inheritedFrom"];
const PARENTS: readonly Parent[] = ["viewer", "member"];

interface RoleButtonProps extends Pick<ButtonProps, "look" | "size"> {
  label: string;
  permissions: readonly RolePermission[];
  /** to be changed; absent for a new one */
  role?: CustomRole;
  send: (given: RoleInput) => Promise<unknown>;
}

/** A button that asks what a role is called, what it is on top of, and what it adds. */
export function RoleButton({ label, permissions, role, send, ...look }: RoleButtonProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button {...look} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {open && (
        <RoleDialog
          title={role ? t("organizations.roles.editTitle", { name: role.name }) : label}
          permissions={permissions}
          {...(role && { role })}
          send={send}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

interface RoleDialogProps extends Pick<RoleButtonProps, "permissions" | "role" | "send"> {
  title: string;
  onClose: () => void;
}

function RoleDialog({ title, permissions, role, send, onClose }: RoleDialogProps) {
  const { t } = useTranslation();
  const [parent, setParent] = useState<Parent>(role?.inheritedFrom ?? "viewer");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(role?.permissions));
  const toggle = (name: string, on: boolean) =>
    setChosen((now) => new Set(on ? [...now, name] : [...now].filter((one) => one !== name)));
  return (
    <AskDialog
      title={title}
      text={role ? t("organizations.roles.formText") : t("organizations.roles.newText")}
      action={t("common.save")}
      onSend={({ name = "", description = "" }) =>
        send({ name: name.trim(), description: description.trim(), inheritedFrom: parent, permissions: [...chosen] })
      }
      onClose={onClose}
    >
      <Field label={t("organizations.roles.name")}>
        {(control) => (
          <Input
            {...control}
            name="name"
            defaultValue={role?.name}
            maxLength={64}
            autoComplete="off"
            autoFocus
            required
          />
        )}
      </Field>
      <Field label={t("organizations.roles.description")}>
        {(control) => (
          <Input {...control} name="description" defaultValue={role?.description} maxLength={1024} autoComplete="off" />
        )}
      </Field>
      <Field label={t("organizations.roles.on")} hint={t("organizations.roles.onHint")}>
        {(control) => (
          <Select
            {...control}
            value={parent}
            onChange={setParent}
            options={PARENTS.map((value) => ({ value, label: t(`accounts.role.${value}`) }))}
          />
        )}
      </Field>
      <fieldset className={styles.permissions}>
        <legend>{t("organizations.roles.permissions")}</legend>
        {permissions.map(({ name, text, inheritedBy }) => {
          const inherited = inheritedBy.includes(parent);
          return (
            <Checkbox
              key={name}
              className={styles.permission}
              checked={inherited || chosen.has(name)}
              disabled={inherited}
              onChange={(event) => toggle(name, event.currentTarget.checked)}
              label={
                <span>
                  <code>{name}</code> <span className={styles.muted}>{text}</span>
                </span>
              }
            />
          );
        })}
      </fieldset>
    </AskDialog>
  );
}
