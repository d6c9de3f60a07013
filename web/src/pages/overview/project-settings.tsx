import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { EntityRef, Project, Visibility } from "@/api/contract";
import { useUser } from "@/domains/accounts/session";
import { useDeleteProject, useUpdateProject } from "@/domains/projects/queries";
import { visibilityChoices } from "@/domains/projects/visibility";
import { formatInteger } from "@/lib/number";
import { entityProjectsPath } from "@/lib/paths";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useFailureText } from "@/ui/error-state";
import { Field, Input, Select } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { toast } from "@/ui/toast";
import styles from "./overview.module.css";

/** Visibility and the end of a project, for those who may write to it. */
export function ProjectSettings({ project }: { project: Project }) {
  const { t } = useTranslation();
  const [deleting, setDeleting] = useState(false);
  return (
    <section className={styles.settings}>
      <h2>{t("projects.overview.settings")}</h2>
      <VisibilityField project={project} />
      <div>
        <Button look="danger" onClick={() => setDeleting(true)}>
          {t("projects.overview.delete")}
        </Button>
      </div>
      {deleting && <DeleteDialog project={project} onClose={() => setDeleting(false)} />}
    </section>
  );
}

function VisibilityField({ project }: { project: Project }) {
  const { t } = useTranslation();
  const { entities } = useUser();
  const { mutate, isPending, variables, error } = useUpdateProject(project.entity, project.name);
  const failureText = useFailureText();
  const kind: EntityRef["kind"] = entities.find((one) => one.name === project.entity)?.kind ?? "team";
  // what was chosen shows at once, and goes back when it is refused
  const shown = (isPending && variables.visibility) || project.visibility;
  const change = (visibility: Visibility) =>
    mutate({ visibility }, { onSuccess: () => toast.good(t("projects.overview.saved")) });
  return (
    <Field
      label={t("projects.overview.visibility")}
      hint={t(`projects.visibility.${shown}.text`)}
      error={error ? failureText(error) : null}
    >
      {(control) => (
        <Select
          {...control}
          value={shown}
          options={visibilityChoices(kind, project.visibility).map((value) => ({
            value,
            label: t(`projects.visibility.${value}.name`),
          }))}
          onChange={change}
        />
      )}
    </Field>
  );
}

function DeleteDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const { mutateAsync } = useDeleteProject(project.entity, project.name);
  const { busy, error, onSubmit } = useForm(async () => {
    await mutateAsync();
    toast.good(t("projects.overview.deleted", { name: project.name }));
    await navigate(entityProjectsPath(project.entity), { replace: true });
  });
  const actions = (
    <>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form="delete-project" look="danger" busy={busy} disabled={typed !== project.name}>
        {t("projects.overview.delete")}
      </Button>
    </>
  );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("projects.overview.deleteTitle", { name: project.name })}
      description={t("projects.overview.deleteText", {
        count: project.runCount,
        runs: formatInteger(project.runCount),
      })}
      actions={actions}
    >
      <form id="delete-project" className="stack" onSubmit={onSubmit}>
        <Field label={t("projects.overview.deleteField", { name: project.name })}>
          {(control) => (
            <Input
              {...control}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              autoFocus
            />
          )}
        </Field>
        <FormError>{error}</FormError>
      </form>
    </Dialog>
  );
}
