import { useQuery } from "@tanstack/react-query";
import { Building2, Folder, House, Library, Search, Settings, ShieldCheck, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Home } from "@/api/contract";
import { useUser } from "@/domains/accounts/session";
import { homeQuery } from "@/domains/projects/queries";
import { organizationPath, projectPath, REGISTRIES_PATH, runPath, teamPath } from "@/lib/paths";
import { Dialog } from "@/ui/dialog";
import { KeyCaps } from "@/ui/key-caps";
import { hasWords, Picker, type PickerOption } from "@/ui/picker";
import { useShortcut } from "@/ui/shortcuts";
import { StateIcon } from "@/ui/state-icon";
import { ADMIN_PARTS, adminPartPath } from "./admin-frame";
import styles from "./global-search.module.css";

type Target = PickerOption & { to: string };
// more than fits on a screen helps nobody: type another letter
const SHOWN = 40;

/** Search over pages, projects and recent runs, behind ⌘K. */
export function GlobalSearch() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useShortcut("mod+k", t("shell.search.open"), () => setOpen(true));
  return (
    <>
      <button
        type="button"
        className={styles.trigger}
        onClick={() => setOpen(true)}
        aria-label={t("shell.search.open")}
      >
        <Search aria-hidden />
        <span className={styles.word}>{t("common.search")}</span>
        <span className={styles.caps}>
          <KeyCaps keys="mod+k" />
        </span>
      </button>
      <Dialog open={open} onOpenChange={setOpen} title={t("shell.search.title")} wide atTop>
        <Results onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function Results({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const { admin, entities } = useUser();
  const { data, isPending } = useQuery(homeQuery);
  const pages: Target[] = [
    { id: "home", label: t("shell.home"), to: "/home", icon: <House aria-hidden />, group: t("shell.search.pages") },
    {
      id: "registries",
      label: t("registries.title"),
      to: REGISTRIES_PATH,
      icon: <Library aria-hidden />,
      group: t("shell.search.pages"),
    },
    {
      id: "settings",
      label: t("shell.settings"),
      to: "/settings",
      icon: <Settings aria-hidden />,
      group: t("shell.search.pages"),
    },
    ...entities
      .filter(({ kind }) => kind !== "user")
      .map(({ name, kind }) => ({
        id: `${kind} ${name}`,
        label: name,
        hint: t(`shell.kind.${kind}`),
        to: kind === "team" ? teamPath(name) : organizationPath(name),
        icon: kind === "team" ? <Users aria-hidden /> : <Building2 aria-hidden />,
        group: t("shell.search.pages"),
      })),
    ...(admin ? ADMIN_PARTS : []).map((part) => ({
      id: `admin ${part}`,
      label: `${t("admin.title")}: ${t(`admin.nav.${part}`)}`,
      to: adminPartPath(part),
      icon: <ShieldCheck aria-hidden />,
      group: t("shell.search.pages"),
    })),
  ];
  const found = [...(data ? targets(data, t("shell.search.projects"), t("shell.search.runs")) : []), ...pages]
    .filter((target) => hasWords(`${target.label} ${target.id}`, query))
    .slice(0, SHOWN);
  return (
    <Picker
      label={t("shell.search.label")}
      query={query}
      onQuery={setQuery}
      options={found}
      empty={isPending ? t("common.loading") : t("shell.search.nothing")}
      onPick={(target) => {
        onDone();
        void navigate(target.to);
      }}
    />
  );
}

const targets = ({ projects, runs }: Home, projectsWord: string, runsWord: string): Target[] => [
  ...projects.map((project) => ({
    id: `project ${project.entity}/${project.name}`,
    label: project.name,
    hint: project.entity,
    to: projectPath(project.entity, project.name),
    icon: <Folder aria-hidden />,
    group: projectsWord,
  })),
  ...runs.map((run) => ({
    id: `run ${run.entity}/${run.project}/${run.id}`,
    label: run.title,
    hint: `${run.project} · ${run.id}`,
    to: runPath(run.entity, run.project, run.id),
    icon: <StateIcon state={run.state} bare />,
    group: runsWord,
  })),
];
