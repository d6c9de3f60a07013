import { Table2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { SweepRow } from "@/api/contract";
import { writeFilterRows } from "@/domains/runs/table/filters";
import { formatNumber } from "@/lib/number";
import { projectPath } from "@/lib/paths";
import { buttonClass } from "@/ui/button";
import { CodeBlock } from "@/ui/code-block";
import { CodeFact, Facts } from "@/ui/facts";
import { RelativeTime } from "@/ui/relative-time";
import { agentCommand, CONTROLS, controlCommand } from "./commands";
import { RunCount } from "./run-count";
import { SweepRuns } from "./sweep-runs";
import { SweepState } from "./sweep-state";
import styles from "./sweeps.module.css";

interface SweepDetailProps {
  entity: string;
  project: string;
  sweep: SweepRow;
}

// nothing is handed out any more: neither agents nor controls have an effect
const ENDED = new Set(["FINISHED", "CANCELED", "FAILED"]);

/** One sweep: how far it is, its runs, and the lines that run and steer it. */
export function SweepDetail({ entity, project, sweep }: SweepDetailProps) {
  const { t } = useTranslation();
  const ended = ENDED.has(sweep.state);
  return (
    <>
      <SweepFacts sweep={sweep} />
      {!ended && (
        <section className={styles.section}>
          <h2>{t("sweeps.detail.agent")}</h2>
          <p className={styles.muted}>{t("sweeps.detail.agentText")}</p>
          <CodeBlock text={agentCommand(entity, project, sweep.id)} />
        </section>
      )}
      <section className={styles.section}>
        <div className={styles.head}>
          <h2>{t("sweeps.detail.runs")}</h2>
          <Link to={runsAddress(entity, project, sweep.id)} className={buttonClass({ size: "small" })}>
            <Table2 aria-hidden />
            {t("sweeps.detail.table")}
          </Link>
        </div>
        <SweepRuns entity={entity} project={project} sweep={sweep} />
      </section>
      <section className={styles.section}>
        <h2>{t("sweeps.detail.config")}</h2>
        <CodeBlock text={sweep.config.trimEnd()} />
      </section>
      {!ended && (
        <section className={styles.section}>
          <h2>{t("sweeps.detail.control")}</h2>
          <dl className={styles.controls}>
            {CONTROLS.map((control) => (
              <div key={control} className={styles.control}>
                <dt>{t(`sweeps.detail.controls.${control}`)}</dt>
                <dd>
                  <CodeBlock text={controlCommand(control, entity, project, sweep.id)} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

/** The runs table, filtered to one sweep. */
const runsAddress = (entity: string, project: string, sweep: string): string => {
  const filter = writeFilterRows([{ column: "sweep", operator: "eq", value: sweep }]);
  return `${projectPath(entity, project, "table")}?${new URLSearchParams({ filter })}`;
};

function SweepFacts({ sweep }: { sweep: SweepRow }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t("sweeps.detail.about")}>
      <Facts
        facts={[
          [t("sweeps.state"), <SweepState key="state" state={sweep.state} />],
          [t("sweeps.method"), sweep.method],
          [t("sweeps.runs"), <RunCount key="runs" {...sweep} />],
          [t("sweeps.detail.metric"), sweep.metric && `${sweep.metric} (${t(`sweeps.detail.${sweep.goal}`)})`],
          [t("sweeps.best"), sweep.bestValue === null ? null : formatNumber(sweep.bestValue)],
          [t("sweeps.created"), <RelativeTime key="created" at={sweep.createdAt} />],
          [t("sweeps.detail.id"), <CodeFact key="id" text={sweep.id} />],
        ]}
      />
    </section>
  );
}
