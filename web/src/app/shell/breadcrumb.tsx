import { useQuery } from "@tanstack/react-query";
import { ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useMatches, useNavigate } from "react-router";
import { useIsVisitor, useUser } from "@/domains/accounts/session";
import { entityQuery } from "@/domains/projects/queries";
import { runDetailQuery, runsQuery } from "@/domains/runs/queries";
import { entityProjectsPath, projectPath, readName, registryName, registryPath, runPath } from "@/lib/paths";
import { hasWords, Picker, type PickerOption } from "@/ui/picker";
import { Popover } from "@/ui/popover";
import { StateIcon } from "@/ui/state-icon";
import styles from "./breadcrumb.module.css";

const RUNS_SHOWN = 50;

/** Where the reader is: entity / project / run, each with a switcher to its neighbours; a visitor knows of fewer. */
export function Breadcrumb() {
  const { t } = useTranslation();
  const isVisitor = useIsVisitor();
  const params = useMatches().at(-1)?.params ?? {};
  const [entity, project, run] = [readName(params.entity), readName(params.project), params.run ?? ""];
  if (!entity) return null;
  return (
    <nav className={styles.crumbs} aria-label={t("shell.crumbs.label")}>
      {isVisitor ? (
        <Crumb name={entity} outer={project !== ""} />
      ) : (
        <Crumb name={entity} to={entityProjectsPath(entity)} outer={project !== ""}>
          <Switch word={t("shell.crumbs.entity")}>{(close) => <EntityChoice current={entity} close={close} />}</Switch>
        </Crumb>
      )}
      {project && (
        <Crumb name={project} to={homeOf(entity, project)} outer={run !== ""}>
          {!isVisitor && (
            <Switch word={t("shell.crumbs.project")}>
              {(close) => <ProjectChoice entity={entity} current={project} close={close} />}
            </Switch>
          )}
        </Crumb>
      )}
      {run && <RunCrumb entity={entity} project={project} run={run} />}
    </nav>
  );
}

interface CrumbProps {
  name: string;
  to?: string;
  outer?: boolean;
  children?: React.ReactNode;
}

function Crumb({ name, to, outer = false, children }: CrumbProps) {
  return (
    <span className={styles.crumb} data-outer={outer || undefined}>
      {to === undefined ? (
        <span className={styles.name} title={name}>
          {name}
        </span>
      ) : (
        <Link to={to} className={styles.name} title={name}>
          {name}
        </Link>
      )}
      {children}
    </span>
  );
}

function Switch({ word, children }: { word: string; children: (close: () => void) => React.ReactNode }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t("shell.crumbs.switch", { word })}
      className={styles.choice}
      trigger={
        <button type="button" className={styles.switch} aria-label={t("shell.crumbs.switch", { word })}>
          <ChevronsUpDown aria-hidden />
        </button>
      }
    >
      {children(() => setOpen(false))}
    </Popover>
  );
}

interface ChoiceProps {
  current: string;
  close: () => void;
}
type Target = PickerOption & { to: string };

/** The list inside a switcher: narrows what it is given, unless the server did so already. */
function Choice({
  label,
  current,
  targets,
  close,
  pending,
  onQuery,
}: ChoiceProps & {
  label: string;
  targets: Target[];
  pending?: boolean;
  onQuery?: (query: string) => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  return (
    <Picker
      label={label}
      query={query}
      onQuery={(next) => {
        setQuery(next);
        onQuery?.(next);
      }}
      options={onQuery ? targets : targets.filter((target) => hasWords(target.label, query))}
      current={current}
      empty={pending ? t("common.loading") : t("shell.search.nothing")}
      onPick={(target) => {
        close();
        void navigate(target.to);
      }}
    />
  );
}

function EntityChoice(props: ChoiceProps) {
  const { t } = useTranslation();
  const { entities } = useUser();
  const targets = entities
    .filter((entity) => entity.kind !== "organization")
    .map((entity) => ({
      id: entity.name,
      label: entity.name,
      hint: t(`shell.kind.${entity.kind}`),
      to: entityProjectsPath(entity.name),
    }));
  return <Choice label={t("shell.crumbs.findEntity")} targets={targets} {...props} />;
}

/** Where a project begins: a registry is a page of its own. */
function homeOf(entity: string, project: string): string {
  const registry = registryName(project);
  return registry === null ? projectPath(entity, project) : registryPath(entity, registry);
}

function ProjectChoice({ entity, ...props }: ChoiceProps & { entity: string }) {
  const { t } = useTranslation();
  const { data, isPending } = useQuery(entityQuery(entity));
  const targets = (data?.projects ?? []).map(({ name }) => ({ id: name, label: name, to: homeOf(entity, name) }));
  return <Choice label={t("shell.crumbs.findProject")} targets={targets} pending={isPending} {...props} />;
}

function RunCrumb({ entity, project, run }: { entity: string; project: string; run: string }) {
  const { t } = useTranslation();
  const { data } = useQuery(runDetailQuery(entity, project, run));
  return (
    <Crumb name={data?.title ?? run} to={runPath(entity, project, run)}>
      <Switch word={t("shell.crumbs.run")}>
        {(close) => <RunChoice entity={entity} project={project} current={run} close={close} />}
      </Switch>
    </Crumb>
  );
}

function RunChoice({ entity, project, ...props }: ChoiceProps & { entity: string; project: string }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const { data, isPending } = useQuery(
    runsQuery(entity, project, { search, order: ["-created_at"], offset: 0, limit: RUNS_SHOWN, columns: [] }),
  );
  const targets = (data?.rows ?? []).map((row) => ({
    id: row.id,
    label: row.title,
    hint: row.id,
    icon: <StateIcon state={row.state} bare />,
    to: runPath(entity, project, row.id),
  }));
  return (
    <Choice label={t("shell.crumbs.findRun")} targets={targets} pending={isPending} onQuery={setSearch} {...props} />
  );
}
