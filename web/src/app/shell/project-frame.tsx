import { useQuery } from "@tanstack/react-query";
import {
  ChartSpline,
  FileChartColumn,
  FileText,
  Library,
  type LucideIcon,
  Package,
  PanelLeftClose,
  PanelLeftOpen,
  SlidersHorizontal,
  Table2,
} from "lucide-react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { NavLink, Outlet, useLocation, useOutletContext, useParams } from "react-router";
import { ProjectLiveProvider } from "@/domains/projects/live";
import { projectQuery } from "@/domains/projects/queries";
import { VisibilityBadge } from "@/domains/projects/visibility";
import { RegistryVisibilityBadge } from "@/domains/registry/registry-visibility";
import { isAbsent } from "@/lib/failure";
import { projectPath, readName, registryName, registryPath } from "@/lib/paths";
import NotFoundPage from "@/pages/not-found";
import { ErrorBoundary } from "@/ui/error-boundary";
import { ErrorState } from "@/ui/error-state";
import { IconButton } from "@/ui/icon-button";
import { isEmbedded } from "./embedded";
import { LivePill } from "./live-pill";
import styles from "./project-frame.module.css";
import { useRail } from "./rail";
import type { ShellContext } from "./shell";

type Word = "overview" | "workspace" | "runs" | "sweeps" | "artifacts" | "reports";
const PAGES: { path: string; word: Word; Icon: LucideIcon; alsoAt?: (path: string, base: string) => boolean }[] = [
  { path: "overview", word: "overview", Icon: FileText },
  {
    path: "workspace",
    word: "workspace",
    Icon: ChartSpline,
    alsoAt: (path, base) => path === base || path === `${base}/`,
  },
  { path: "table", word: "runs", Icon: Table2, alsoAt: (path, base) => path.startsWith(`${base}/runs/`) },
  { path: "sweeps", word: "sweeps", Icon: SlidersHorizontal },
  { path: "artifacts", word: "artifacts", Icon: Package },
  { path: "reports", word: "reports", Icon: FileChartColumn },
];

/** The frame of a project's pages: the rail, the live stream, and the page. An absent project is a 404 at once. */
export function ProjectFrame() {
  const params = useParams();
  const [entity, project] = [readName(params.entity), readName(params.project)];
  const { barSlot } = useOutletContext<ShellContext>();
  const { pathname } = useLocation();
  const { data, error, refetch } = useQuery(projectQuery(entity, project));
  if (isAbsent(error)) return <NotFoundPage />;
  return (
    <ProjectLiveProvider key={`${entity}/${project}`} entity={entity} project={project}>
      {barSlot && createPortal(<LivePill />, barSlot)}
      <div className={styles.frame}>
        {!isEmbedded && (
          <Rail entity={entity} project={project}>
            {data &&
              (registryName(project) === null ? (
                <VisibilityBadge visibility={data.visibility} />
              ) : (
                <RegistryVisibilityBadge visibility={data.visibility} />
              ))}
          </Rail>
        )}
        <main id="content" className={styles.page} tabIndex={-1}>
          {error && !data ? (
            <div className={styles.failure}>
              <ErrorState error={error} onRetry={() => void refetch()} />
            </div>
          ) : (
            <ErrorBoundary resetKey={pathname}>
              <Outlet />
            </ErrorBoundary>
          )}
        </main>
      </div>
    </ProjectLiveProvider>
  );
}

function Rail({ entity, project, children }: { entity: string; project: string; children: React.ReactNode }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const { narrow, toggle } = useRail();
  const base = projectPath(entity, project);
  const registry = registryName(project);
  return (
    <nav className={styles.rail} data-narrow={narrow || undefined} aria-label={t("shell.nav.project")}>
      {registry !== null && (
        <NavLink to={registryPath(entity, registry)} className={styles.link ?? ""}>
          <Library aria-hidden />
          <span className={styles.word}>{t("registries.registry")}</span>
        </NavLink>
      )}
      {PAGES.filter(({ path }) => registry === null || path === "artifacts").map(({ path, word, Icon, alsoAt }) => (
        <NavLink
          key={path}
          to={projectPath(entity, project, path)}
          title={narrow ? t(`shell.nav.${word}`) : undefined}
          className={({ isActive }) =>
            isActive || alsoAt?.(pathname, base) ? `${styles.link} ${styles.here}` : `${styles.link}`
          }
        >
          <Icon aria-hidden />
          <span className={styles.word}>{t(`shell.nav.${word}`)}</span>
        </NavLink>
      ))}
      <div className={styles.foot}>
        <div className={styles.badge}>{children}</div>
        <IconButton
          label={narrow ? t("shell.nav.widen") : t("shell.nav.narrow")}
          icon={narrow ? <PanelLeftOpen aria-hidden /> : <PanelLeftClose aria-hidden />}
          onClick={toggle}
        />
      </div>
    </nav>
  );
}
