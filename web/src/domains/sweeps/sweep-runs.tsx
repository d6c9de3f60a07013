import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunRow, SweepRow } from "@/api/contract";
import { runsQuery } from "@/domains/runs/queries";
import { exactNumber, formatInteger, formatNumber } from "@/lib/number";
import { runPath } from "@/lib/paths";
import { leafText } from "@/lib/value-tree";
import { ErrorState } from "@/ui/error-state";
import { RelativeTime } from "@/ui/relative-time";
import { SkeletonRows } from "@/ui/skeleton";
import { StateIcon } from "@/ui/state-icon";
import { Head, Num, Table } from "@/ui/table";
import { sweepRunsQuery } from "./queries";
import styles from "./sweeps.module.css";

const RUNS = 100;

interface SweepRunsProps {
  entity: string;
  project: string;
  sweep: SweepRow;
}

/** The first hundred runs of a sweep, the best at the top, with the settings each was given. */
export function SweepRuns({ entity, project, sweep }: SweepRunsProps) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    ...runsQuery(entity, project, sweepRunsQuery(sweep, RUNS)),
    placeholderData: (previous) => previous,
  });
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={5} />;
  if (data.rows.length === 0) return <p className={styles.muted}>{t("sweeps.detail.noRuns")}</p>;
  const { metric } = sweep;
  const ofNumbers = new Set(
    sweep.parameters.filter((name) => data.rows.some((run) => typeof run.config[name] === "number")),
  );
  return (
    <>
      <Table label={t("sweeps.detail.runs")}>
        <thead>
          <tr>
            <Head>{t("sweeps.detail.run")}</Head>
            <Head>{t("sweeps.detail.runState")}</Head>
            {metric !== null && <Head numeric>{metric}</Head>}
            {sweep.parameters.map((name) => (
              <Head key={name} numeric={ofNumbers.has(name)}>
                {name}
              </Head>
            ))}
            <Head>{t("sweeps.detail.runCreated")}</Head>
          </tr>
        </thead>
        <tbody>
          {data.rows.map((run) => (
            <tr key={run.id}>
              <td className={styles.name}>
                <Link to={runPath(entity, project, run.id)}>{run.title}</Link>
              </td>
              <td>
                <StateIcon state={run.state} />
              </td>
              {metric !== null && <Value value={run.summary[metric]} numeric />}
              {sweep.parameters.map((name) => (
                <Value key={name} value={run.config[name]} numeric={ofNumbers.has(name)} />
              ))}
              <td>
                <RelativeTime at={run.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {data.matched > data.rows.length && (
        <p className={styles.muted}>
          {t("sweeps.detail.firstRuns", { shown: data.rows.length, all: formatInteger(data.matched) })}
        </p>
      )}
    </>
  );
}

/** A number short, with all its digits in the title; nothing where the run has none. */
function Value({ value, numeric }: { value: RunRow["config"][string]; numeric: boolean }) {
  const { t } = useTranslation();
  const none = value === undefined || value === null;
  const text = none ? t("common.none") : typeof value === "number" ? formatNumber(value) : leafText(value);
  const title = typeof value === "number" ? exactNumber(value) : text;
  return numeric ? <Num title={title}>{text}</Num> : <td title={title}>{text}</td>;
}
