import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunDetail } from "@/api/contract";
import { formatInteger } from "@/lib/number";
import { projectPath, runPath } from "@/lib/paths";
import { formatDuration } from "@/lib/time";
import { Button } from "@/ui/button";
import { CodeFact, Facts } from "@/ui/facts";
import { TextArea } from "@/ui/field";
import { useForm } from "@/ui/form";
import { FormError } from "@/ui/form-error";
import { Markdown } from "@/ui/markdown";
import { RelativeTime } from "@/ui/relative-time";
import { StateIcon } from "@/ui/state-icon";
import { ValueTree } from "@/ui/value-tree";
import { useUpdateRun } from "../edits";
import { machineFacts } from "./machine-facts";
import styles from "./run-overview.module.css";

/** What the run is, where it ran, what it was given and what came out. */
export function RunOverview({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  return (
    <div className={styles.overview}>
      <Notes run={run} />
      <About run={run} />
      <div className={styles.trees}>
        <section className={styles.section}>
          <h2>{t("runs.overview.config")}</h2>
          <ValueTree tree={run.configTree} name={t("runs.overview.config")} empty={t("runs.overview.noConfig")} />
        </section>
        <section className={styles.section}>
          <h2>{t("runs.overview.summary")}</h2>
          <ValueTree tree={run.summaryTree} name={t("runs.overview.summary")} empty={t("runs.overview.noSummary")} />
        </section>
      </div>
    </div>
  );
}

function About({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const word = (text: string | null) => text && <span key={text}>{text}</span>;
  const path = `${run.entity}/${run.project}/${run.id}`;
  const sweep = run.sweep && (
    <Link key="sweep" to={`${projectPath(run.entity, run.project, "sweeps")}/${encodeURIComponent(run.sweep)}`}>
      {run.sweep}
    </Link>
  );
  const facts: [label: string, value: ReactNode][] = [
    [t("runs.overview.state"), <StateIcon key="state" state={run.state} />],
    [t("runs.overview.created"), <RelativeTime key="created" at={run.createdAt} />],
    [t("runs.overview.duration"), run.durationSeconds === null ? null : formatDuration(run.durationSeconds)],
    [t("runs.overview.user"), word(run.user)],
    [t("runs.overview.steps"), run.lastStep === null ? null : formatInteger(run.lastStep)],
    [t("runs.overview.rows"), run.historyLineCount > 0 ? formatInteger(run.historyLineCount) : null],
    [t("runs.overview.group"), word(run.group)],
    [t("runs.overview.jobType"), word(run.jobType)],
    [t("runs.overview.sweep"), sweep],
    [t("runs.overview.forkedFrom"), run.forkedFrom && <Origin key="forked" run={run} from={run.forkedFrom} />],
    [t("runs.overview.rewound"), run.archives.length > 0 ? <Archives key="rewound" archives={run.archives} /> : null],
    [t("runs.overview.exitCode"), run.exitCode === null ? null : String(run.exitCode)],
    ...machineFacts(run.metadata ?? {}).map(({ word: name, value }): [string, ReactNode] => [
      t(`runs.overview.${name}`),
      <CodeFact key={name} text={value} />,
    ]),
    [t("runs.overview.path"), <CodeFact key="path" text={path} />],
  ];
  return (
    <section className={styles.section} aria-label={t("runs.overview.about")}>
      <Facts facts={facts} />
    </section>
  );
}

function Origin({ run, from }: { run: RunDetail; from: NonNullable<RunDetail["forkedFrom"]> }) {
  const { t } = useTranslation();
  const step = t("runs.overview.atStep", { step: formatInteger(from.step) });
  if (from.title === null) return <span>{`${from.run} ${step}`}</span>;
  return (
    <span>
      <Link to={runPath(run.entity, run.project, from.run)}>{from.title}</Link> {step}
    </span>
  );
}

function Archives({ archives }: { archives: RunDetail["archives"] }) {
  const { t } = useTranslation();
  const last = archives.at(-1);
  if (!last) return null;
  const count = t("runs.overview.archives", { count: archives.length, total: formatInteger(archives.length) });
  return <span>{`${t("runs.overview.toStep", { step: formatInteger(last.step) })} · ${count}`}</span>;
}

function Notes({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const { mutateAsync } = useUpdateRun(run.entity, run.project, run.id);
  const { busy, error, onSubmit } = useForm(async ({ notes = "" }) => {
    await mutateAsync({ notes: notes.trim() });
    setEditing(false);
  });
  if (editing)
    return (
      <form className={styles.notes} onSubmit={onSubmit}>
        <TextArea
          name="notes"
          aria-label={t("runs.overview.notes")}
          defaultValue={run.notes}
          rows={5}
          autoFocus
          onKeyDown={(event) => event.key === "Escape" && setEditing(false)}
        />
        {error && <FormError>{error}</FormError>}
        <div className={styles.buttons}>
          <Button type="submit" look="primary" busy={busy}>
            {t("common.save")}
          </Button>
          <Button onClick={() => setEditing(false)}>{t("common.cancel")}</Button>
        </div>
      </form>
    );
  if (!run.notes && !run.canWrite) return null;
  return (
    <div className={styles.notes}>
      {run.notes && <Markdown text={run.notes} />}
      {run.canWrite && (
        <div>
          <Button size="small" onClick={() => setEditing(true)}>
            {run.notes ? t("runs.overview.editNotes") : t("runs.overview.addNotes")}
          </Button>
        </div>
      )}
    </div>
  );
}
