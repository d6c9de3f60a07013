import { useTranslation } from "react-i18next";
import { CodeBlock } from "@/ui/code-block";
import { EmptyState } from "@/ui/empty-state";
import { agentCommand, createCommand, EXAMPLE_CONFIG } from "./commands";
import styles from "./sweeps.module.css";

/** A project without sweeps: the three steps to the first one. */
export function HowToSweep({ entity, project }: { entity: string; project: string }) {
  const { t } = useTranslation();
  return (
    <div className={styles.steps}>
      <EmptyState title={t("sweeps.none")}>{t("sweeps.noneText")}</EmptyState>
      <h3>{t("sweeps.config")}</h3>
      <CodeBlock text={EXAMPLE_CONFIG} />
      <h3>{t("sweeps.create")}</h3>
      <CodeBlock text={createCommand(entity, project)} />
      <h3>{t("sweeps.agent")}</h3>
      <CodeBlock text={agentCommand(entity, project, "SWEEP_ID")} />
    </div>
  );
}
