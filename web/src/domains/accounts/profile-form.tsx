import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { toast } from "@/ui/toast";
import { useSessionActions, useUser } from "./session";

const NAME_MAX = 128;

/** What the reader is called and written to. The user name stays: it is in the addresses of their work. */
export function ProfileForm() {
  const { t } = useTranslation();
  const { name, email, username, entity, entities } = useUser();
  // where one may write: runs that name no entity go to one of them
  const places = entities.filter(({ kind, role }) => kind !== "organization" && role !== "viewer");
  const [chosen, setChosen] = useState(entity);
  const { changeProfile } = useSessionActions();
  const { busy, error, onSubmit } = useForm(async (fields) => {
    const [newName, newEmail] = [(fields.name ?? "").trim(), (fields.email ?? "").trim()];
    await changeProfile({
      ...(newName !== name && { name: newName }),
      ...(newEmail !== email && { email: newEmail }),
      ...(chosen !== entity && { entity: chosen }),
    });
    toast.good(t("accounts.settings.saved"));
  });
  return (
    <form onSubmit={onSubmit}>
      <Field label={t("accounts.fields.name")}>
        {(control) => (
          <Input
            {...control}
            name="name"
            defaultValue={name}
            maxLength={NAME_MAX}
            autoComplete="name"
            placeholder={username}
          />
        )}
      </Field>
      <Field label={t("accounts.fields.email")}>
        {(control) => (
          <Input
            {...control}
            name="email"
            type="email"
            defaultValue={email}
            autoComplete="email"
            required={email !== ""}
          />
        )}
      </Field>
      {places.length > 1 && (
        <Field label={t("accounts.settings.defaultEntity")} hint={t("accounts.settings.defaultEntityHint")}>
          {(control) => (
            <Select
              {...control}
              value={chosen}
              onChange={setChosen}
              options={places.map((place) => ({ value: place.name, label: place.name }))}
            />
          )}
        </Field>
      )}
      <FormError>{error}</FormError>
      <div>
        <Button type="submit" busy={busy}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}
