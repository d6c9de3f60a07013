import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { registryPath } from "@/lib/paths";
import { Button } from "@/ui/button";
import { ChipEditor } from "@/ui/chip-editor";
import { Dialog } from "@/ui/dialog";
import { Field, Input, Select, TextArea } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { type RegistryVisibility, useCreateRegistry } from "./queries";
import { REGISTRY_VISIBILITIES } from "./registry-visibility";

// the project that a registry is has a prefix of 15 characters
const NAME_MAX = 113;
const NAME = "[^\\/\\\\#?%:\\r\\n]+";

/** Makes a registry of an organization that the user may write to, and opens it. */
export function CreateRegistryButton({ organizations }: { organizations: readonly string[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (organizations.length === 0) return null;
  return (
    <>
      <Button look="primary" icon={<Plus aria-hidden />} onClick={() => setOpen(true)}>
        {t("registries.create.title")}
      </Button>
      {open && <CreateDialog organizations={organizations} onClose={() => setOpen(false)} />}
    </>
  );
}

function CreateDialog({ organizations, onClose }: { organizations: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mutateAsync } = useCreateRegistry();
  const [organization, setOrganization] = useState(organizations[0] ?? "");
  const [visibility, setVisibility] = useState<RegistryVisibility>("private");
  const [types, setTypes] = useState<string[]>([]);
  const { busy, error, onSubmit } = useForm(async ({ name = "", description = "" }) => {
    const given = { organization, name: name.trim(), description: description.trim(), visibility, types };
    await mutateAsync(given);
    onClose();
    await navigate(registryPath(organization, given.name));
  });
  const actions = (
    <>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form="new-registry" look="primary" busy={busy}>
        {t("registries.create.action")}
      </Button>
    </>
  );
  return (
    <Dialog open onOpenChange={onClose} title={t("registries.create.title")} actions={actions}>
      <form id="new-registry" className="stack" onSubmit={onSubmit}>
        <Field label={t("registries.create.name")} hint={t("registries.create.nameHint")}>
          {(control) => (
            <Input {...control} name="name" pattern={NAME} maxLength={NAME_MAX} autoComplete="off" autoFocus required />
          )}
        </Field>
        {organizations.length > 1 && (
          <Field label={t("registries.organization")}>
            {(control) => (
              <Select
                {...control}
                value={organization}
                options={organizations.map((value) => ({ value, label: value }))}
                onChange={setOrganization}
              />
            )}
          </Field>
        )}
        <Field label={t("registries.visibility.title")} hint={t(`registries.visibility.${visibility}.text`)}>
          {(control) => (
            <Select
              {...control}
              value={visibility}
              options={REGISTRY_VISIBILITIES.map((value) => ({
                value,
                label: t(`registries.visibility.${value}.name`),
              }))}
              onChange={setVisibility}
            />
          )}
        </Field>
        <Field label={t("registries.types.title")} hint={t("registries.create.typesHint")}>
          {() => (
            <ChipEditor
              items={types}
              tone={() => "plain"}
              canEdit
              addLabel={t("registries.types.add")}
              addText={t("registries.someTypes")}
              removeLabel={(type) => t("registries.types.remove", { type })}
              onAdd={(type) => setTypes([...types, type])}
              onRemove={(type) => setTypes(types.filter((one) => one !== type))}
            />
          )}
        </Field>
        <Field label={t("registries.create.description")}>
          {(control) => <TextArea {...control} name="description" rows={3} />}
        </Field>
        <FormError>{error}</FormError>
      </form>
    </Dialog>
  );
}
