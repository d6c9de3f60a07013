import { useTranslation } from "react-i18next";
import { NavLink, Outlet, useParams } from "react-router";
import { projectPath, readName } from "@/lib/paths";
import styles from "./project-frame.module.css";

/** The frame of a project's pages: the rail on the left and the page beside it. */
export function ProjectFrame() {
  const { t } = useTranslation();
  const params = useParams();
  const [entity, project] = [readName(params.entity), readName(params.project)];
  const pages = ["overview", "workspace", "table", "sweeps", "artifacts"] as const;
  const words = {
    overview: "overview",
    workspace: "workspace",
    table: "runs",
    sweeps: "sweeps",
    artifacts: "artifacts",
  } as const;
  return (
    <div className={styles.frame}>
      <nav className={styles.rail} aria-label={t("shell.nav.project")}>
        {pages.map((name) => (
          <NavLink key={name} to={projectPath(entity, project, name)} className={styles.link}>
            {t(`shell.nav.${words[name]}`)}
          </NavLink>
        ))}
      </nav>
      <main id="content" className={styles.page}>
        <Outlet />
      </main>
    </div>
  );
}
