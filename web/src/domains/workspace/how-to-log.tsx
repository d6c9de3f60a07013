import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useLoginCommand } from "@/domains/accounts/new-key";
import { buttonClass } from "@/ui/button";
import { CodeBlock } from "@/ui/code-block";
import { EmptyState } from "@/ui/empty-state";
import styles from "./how-to-log.module.css";

/** A project without runs: the lines that make its first one. The page goes on by itself when it arrives. */
export function HowToLog({ entity, project }: { entity: string; project: string }) {
  const { t } = useTranslation();
  const login = useLoginCommand();
  const script = [
    "import wandb",
    "",
    `with wandb.init(entity=${JSON.stringify(entity)}, project=${JSON.stringify(project)}, config={"lr": 0.1}) as run:`,
    "    for step in range(100):",
    '        run.log({"loss": 1 / (step + 1)})',
  ].join("\n");
  return (
    <div className={styles.page}>
      <EmptyState
        title={t("workspace.empty.title")}
        action={
          <Link to="/authorize" className={buttonClass()}>
            {t("workspace.empty.key")}
          </Link>
        }
      >
        {t("workspace.empty.text")}
      </EmptyState>
      <div className={styles.steps}>
        <CodeBlock text={`pip install wandb\n${login}`} />
        <CodeBlock text={script} />
      </div>
    </div>
  );
}
