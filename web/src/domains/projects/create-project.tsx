import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { EntityRef, Visibility } from "@/api/contract";
import { useUser } from "@/domains/accounts/session";
import { projectPath } from "@/lib/paths";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input, Select, TextArea } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { useCreateProject } from "./queries";
import { visibilityChoices } from "./visibility";

const NAME_MAX = 128;
// what the client refuses in project names; the server has the last word
const NAME = "[^\\/\\\\#?%:\\r\\n]+";

/** Makes a project for `entity`, or for any the user may write to, and opens it. */
export function CreateProjectButton({ entity, look = "primary" }: { entity?: string; look?: "plain" | "primary" }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { entities } = useUser();
  const owners = entities.filter((one) => one.kind !== "organization" && one.role !== "viewer");
  if (owners.length === 0 || (entity && !owners.some((one) => one.name === entity))) return null;
  return (
    <>
      <Button look={look} icon={<Plus aria-hidden />} onClick={() => setOpen(true)}>
        {t("projects.create.title")}
      </Button>
      {open && <CreateProjectDialog owners={owners} first={entity} onClose={() => setOpen(false)} />}
    </>
  );
}

interface DialogProps {
  owners: EntityRef[];
  first: string | undefined;
  onClose: () => void;
}

function CreateProjectDialog({ owners, first, onClose }: DialogProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mutateAsync } = useCreateProject();
  const [entity, setEntity] = useState(first ?? owners[0]?.name ?? "");
  const kind = owners.find((one) => one.name === entity)?.kind ?? "user";
  const choices = visibilityChoices(kind);
  const [picked, setVisibility] = useState<Visibility>();
  const visibility = picked && choices.includes(picked) ? picked : (choices[0] ?? "private");

  const { busy, error, onSubmit } = useForm(async ({ name = "", description = "" }) => {
    const project = await mutateAsync({ entity, name: name.trim(), description: description.trim(), visibility });
    onClose();
    await navigate(projectPath(project.entity, project.name));
  });
  const actions = (
    <>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form="new-project" look="primary" busy={busy}>
        {t("projects.create.action")}
      </Button>
    </>
  );
  return (
    <Dialog open onOpenChange={onClose} title={t("projects.create.title")} actions={actions}>
      <form id="new-project" className="stack" onSubmit={onSubmit}>
        <Field label={t("projects.create.name")} hint={t("projects.create.nameHint")}>
          {(control) => (
            <Input {...control} name="name" pattern={NAME} maxLength={NAME_MAX} autoComplete="off" autoFocus required />
          )}
        </Field>
        {owners.length > 1 && (
          <Field label={t("projects.create.entity")}>
            {(control) => (
              <Select
                {...control}
                value={entity}
                options={owners.map(({ name }) => ({ value: name, label: name }))}
                onChange={setEntity}
              />
            )}
          </Field>
        )}
        <Field label={t("projects.create.visibility")} hint={t(`projects.visibility.${visibility}.text`)}>
          {(control) => (
            <Select
              {...control}
              value={visibility}
              options={choices.map((value) => ({ value, label: t(`projects.visibility.${value}.name`) }))}
              onChange={setVisibility}
            />
          )}
        </Field>
        <Field label={t("projects.create.description")}>
          {(control) => <TextArea {...control} name="description" rows={3} />}
        </Field>
        <FormError>{error}</FormError>
      </form>
    </Dialog>
  );
}
