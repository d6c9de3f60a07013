import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Project } from "@/api/contract";
import { useUpdateProject } from "@/domains/projects/queries";
import { Button } from "@/ui/button";
import { MarkdownForm } from "@/ui/editable-markdown";
import { Markdown } from "@/ui/markdown";
import styles from "./overview.module.css";

/** The project's markdown description, edited in place. */
export function Description({ project }: { project: Project }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const { mutateAsync } = useUpdateProject(project.entity, project.name);
  if (editing)
    return (
      <MarkdownForm
        text={project.description}
        title={t("projects.overview.description")}
        onSave={(description) => mutateAsync({ description })}
        onClose={() => setEditing(false)}
      />
    );
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
