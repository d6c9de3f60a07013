import { useTranslation } from "react-i18next";
import { CodeBlock } from "@/ui/code-block";
import { EmptyState } from "@/ui/empty-state";
import styles from "../artifacts.module.css";

/** A project without artifacts: the lines that log its first one. */
export function HowToLogArtifact({ entity, project }: { entity: string; project: string }) {
  const { t } = useTranslation();
  const script = [
    "import wandb",
    "",
    `with wandb.init(entity=${JSON.stringify(entity)}, project=${JSON.stringify(project)}) as run:`,
    '    artifact = wandb.Artifact("my-data", type="dataset")',
    '    artifact.add_file("data.csv")',
    "    run.log_artifact(artifact)",
  ].join("\n");
  return (
    <div className={styles.empty}>
      <EmptyState title={t("artifacts.none")}>{t("artifacts.noneText")}</EmptyState>
      <CodeBlock text={script} />
    </div>
  );
}
