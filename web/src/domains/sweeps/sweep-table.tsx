import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { SweepRow } from "@/api/contract";
import { exactNumber, formatNumber } from "@/lib/number";
import { sweepPath } from "@/lib/paths";
import { RelativeTime } from "@/ui/relative-time";
import { Head, Num, Table } from "@/ui/table";
import { RunCount } from "./run-count";
import { SweepState } from "./sweep-state";
import styles from "./sweeps.module.css";

interface SweepTableProps {
  entity: string;
  project: string;
  sweeps: readonly SweepRow[];
}

/** Sweeps in the given order, with how far they are and the best they have found. */
export function SweepTable({ entity, project, sweeps }: SweepTableProps) {
  const { t } = useTranslation();
  return (
    <Table label={t("sweeps.title")}>
      <thead>
        <tr>
          <Head>{t("sweeps.name")}</Head>
          <Head>{t("sweeps.state")}</Head>
          <Head>{t("sweeps.method")}</Head>
          <Head numeric>{t("sweeps.runs")}</Head>
          <Head numeric>{t("sweeps.best")}</Head>
          <Head>{t("sweeps.created")}</Head>
        </tr>
      </thead>
      <tbody>
        {sweeps.map((sweep) => (
          <tr key={sweep.id}>
            <td className={styles.name} title={sweep.title}>
              <Link to={sweepPath(entity, project, sweep.id)}>{sweep.title}</Link>
              {sweep.title !== sweep.id && <span className={styles.id}>{sweep.id}</span>}
            </td>
            <td>
              <SweepState state={sweep.state} />
            </td>
            <td>{sweep.method}</td>
            <Num>
              <RunCount {...sweep} />
            </Num>
            <Num>
              <BestValue {...sweep} />
            </Num>
            <td>
              <RelativeTime at={sweep.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function BestValue({ metric, bestValue }: Pick<SweepRow, "metric" | "bestValue">) {
  const { t } = useTranslation();
  if (bestValue === null) return t("common.none");
  return (
    <span title={`${metric ?? ""} ${exactNumber(bestValue)}`}>
      <span className={styles.metric}>{metric}</span> {formatNumber(bestValue)}
    </span>
  );
}
