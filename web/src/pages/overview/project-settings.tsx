import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { EntityRef, Project, Visibility } from "@/api/contract";
import { useUser } from "@/domains/accounts/session";
import { useDeleteProject, useUpdateProject } from "@/domains/projects/queries";
import { visibilityChoices } from "@/domains/projects/visibility";
import { formatInteger } from "@/lib/number";
import { entityProjectsPath } from "@/lib/paths";
import { AskDialog } from "@/ui/ask-dialog";
import { Button } from "@/ui/button";
import { useFailureText } from "@/ui/error-state";
import { Field, Select } from "@/ui/field";
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
  const { name } = project;
  const { mutateAsync } = useDeleteProject(project.entity, name);
  const send = async () => {
    await mutateAsync();
    toast.good(t("projects.overview.deleted", { name }));
    await navigate(entityProjectsPath(project.entity), { replace: true });
  };
  return (
    <AskDialog
      title={t("projects.overview.deleteTitle", { name })}
      text={t("projects.overview.deleteText", { count: project.runCount, runs: formatInteger(project.runCount) })}
      action={t("projects.overview.delete")}
      danger
      confirmName={name}
      onSend={send}
      onClose={onClose}
    />
  );
}
