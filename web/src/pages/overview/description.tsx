import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Project } from "@/api/contract";
import { useUpdateProject } from "@/domains/projects/queries";
import { Button } from "@/ui/button";
import { TextArea } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { Markdown } from "@/ui/markdown";
import styles from "./overview.module.css";

/** The project's markdown description, edited in place. */
export function Description({ project }: { project: Project }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  if (editing) return <DescriptionForm project={project} onClose={() => setEditing(false)} />;
  return (
    <div className={styles.description}>
      {project.description ? (
        <Markdown text={project.description} />
      ) : (
        <p className={styles.muted}>{t("projects.overview.noDescription")}</p>
      )}
      {project.canWrite && (
        <div>
          <Button size="small" onClick={() => setEditing(true)}>
            {project.description ? t("projects.overview.editDescription") : t("projects.overview.addDescription")}
          </Button>
        </div>
      )}
    </div>
  );
}

function DescriptionForm({ project, onClose }: { project: Project; onClose: () => void }) {
  const { t } = useTranslation();
  const { mutateAsync } = useUpdateProject(project.entity, project.name);
  const { busy, error, onSubmit } = useForm(async ({ description = "" }) => {
    await mutateAsync({ description: description.trim() });
    onClose();
  });
  return (
    <form className={styles.description} onSubmit={onSubmit}>
      <TextArea
        name="description"
        aria-label={t("projects.overview.description")}
        defaultValue={project.description}
        rows={8}
        autoFocus
        onKeyDown={(event) => event.key === "Escape" && onClose()}
      />
      <FormError>{error}</FormError>
      <div className={styles.buttons}>
        <Button type="submit" look="primary" busy={busy}>
          {t("common.save")}
        </Button>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}
