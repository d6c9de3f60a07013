/** The orders of a project list. */
import type { Project } from "@/api/contract";

export type ProjectSort = "active" | "name" | "runs";

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const active = (project: Project): number => Date.parse(project.lastActiveAt ?? project.createdAt);
const byName = (a: Project, b: Project): number => collator.compare(a.name, b.name);
const ORDERS: Record<ProjectSort, (a: Project, b: Project) => number> = {
  active: (a, b) => active(b) - active(a) || byName(a, b),
  name: byName,
  runs: (a, b) => b.runCount - a.runCount || byName(a, b),
};

export const isProjectSort = (text: string | null): text is ProjectSort => text !== null && text in ORDERS;

/** A sorted copy; equal ones by name, digits by value. */
export const sortProjects = (projects: readonly Project[], sort: ProjectSort): Project[] =>
  projects.toSorted(ORDERS[sort]);
