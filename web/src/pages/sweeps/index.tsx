import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { SweepRow } from "@/api/contract";
import { HowToSweep } from "@/domains/sweeps/how-to-sweep";
import { sweepsQuery } from "@/domains/sweeps/queries";
import { SweepDetail } from "@/domains/sweeps/sweep-detail";
import { SweepTable } from "@/domains/sweeps/sweep-table";
import { projectPath, readName } from "@/lib/paths";
import { useTitle } from "@/lib/title";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { Page } from "@/ui/page";
import { SkeletonRows } from "@/ui/skeleton";
import styles from "./sweeps.module.css";

/** The sweeps of a project, or the one that the address names. */
export default function SweepsPage() {
  const { t } = useTranslation();
  const params = useParams();
  const [entity, project] = [readName(params.entity), readName(params.project)];
  const id = params.sweep;
  const { data, error, refetch } = useQuery(sweepsQuery(entity, project));
  const found = data?.sweeps.find((sweep) => sweep.id === id);
  useTitle(id === undefined ? null : (found?.title ?? id), t("sweeps.title"), project);
  if (!data)
    return (
      <Page title={id ?? t("sweeps.title")} nested>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <SkeletonRows rows={8} />}
      </Page>
    );
  if (id === undefined) return <SweepsOf entity={entity} project={project} sweeps={data.sweeps} />;
  const back = (look: string) => (
    <Link to={projectPath(entity, project, "sweeps")} className={look}>
      {t("sweeps.all")}
    </Link>
  );
  if (!found)
    return (
      <Page title={id} nested>
        <EmptyState title={t("sweeps.absent")} action={back(buttonClass())}>
          {t("sweeps.absentText")}
        </EmptyState>
      </Page>
    );
  return (
    <Page title={found.title} actions={back(buttonClass({ size: "small" }))} nested>
      <SweepDetail key={id} entity={entity} project={project} sweep={found} />
    </Page>
  );
}

function SweepsOf({ entity, project, sweeps }: { entity: string; project: string; sweeps: readonly SweepRow[] }) {
  const { t } = useTranslation();
  const count = <span className={styles.count}>{t("sweeps.count", { count: sweeps.length })}</span>;
  return (
    <Page title={t("sweeps.title")} aside={sweeps.length > 0 && count} nested>
      {sweeps.length === 0 ? (
        <HowToSweep entity={entity} project={project} />
      ) : (
        <SweepTable entity={entity} project={project} sweeps={sweeps} />
      )}
    </Page>
  );
}
