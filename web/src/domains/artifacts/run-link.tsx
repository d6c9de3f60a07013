import { Link } from "react-router";
import type { RunRef } from "@/api/contract";
import { runPath } from "@/lib/paths";
import { StateIcon } from "@/ui/state-icon";
import styles from "./artifacts.module.css";

/** A run by its title with the state beside it, and its project when that is another than `project` of `entity`. */
export function RunLink({ run, entity, project }: { run: RunRef; entity: string; project: string }) {
  const near = run.entity === entity && run.project === project;
  return (
    <span className={styles.run}>
      <StateIcon state={run.state} bare />
      <Link to={runPath(run.entity, run.project, run.id)} title={`${run.entity}/${run.project}/${run.id}`}>
        {run.title}
      </Link>
      {!near && (
        <span className={styles.muted}>
          {run.entity}/{run.project}
        </span>
      )}
    </span>
  );
}
