import { Link } from "react-router";
import { runPath } from "@/lib/paths";

/** A run by its id, or as "entity/project/id" when it is in another project than `entity` and `project`. */
export function RunLink({ entity, project, run }: { entity: string; project: string; run: string }) {
  const parts = run.split("/");
  const [ofEntity, ofProject, id] = parts.length === 3 ? (parts as [string, string, string]) : [entity, project, run];
  return <Link to={runPath(ofEntity, ofProject, id)}>{run}</Link>;
}
