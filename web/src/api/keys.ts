/** Names of cached answers. Everything of a project lies beneath `project(entity, project)`, so one call can refresh it all. */

export const keys = {
  session: ["session"] as const,
  apiKeys: ["account", "keys"] as const,
  sessions: ["account", "sessions"] as const,
  team: (team: string) => ["account", "team", team] as const,
  organization: (name: string) => ["account", "organization", name] as const,
  home: ["home"] as const,
  alerts: ["account", "alerts"] as const,
  alertPreferences: ["account", "alert-preferences"] as const,
  slack: (entity: string) => ["account", "slack", entity] as const,
  registries: ["registries"] as const,
  members: (entity: string, project: string) => ["project", entity, project, "members"] as const,
  entity: (entity: string) => ["entity", entity] as const,
  project: (entity: string, project: string) => ["project", entity, project] as const,
  projectDetail: (entity: string, project: string) => ["project", entity, project, "detail"] as const,
  runs: (entity: string, project: string) => ["project", entity, project, "runs"] as const,
  columns: (entity: string, project: string) => ["project", entity, project, "columns"] as const,
  metrics: (entity: string, project: string) => ["project", entity, project, "metrics"] as const,
  artifacts: (entity: string, project: string) => ["project", entity, project, "artifacts"] as const,
  views: (entity: string, project: string) => ["project", entity, project, "views"] as const,
  sweeps: (entity: string, project: string) => ["project", entity, project, "sweeps"] as const,
  /** everything of one run: detail, logs, files, artifacts */
  run: (entity: string, project: string, run: string) => ["project", entity, project, "run", run] as const,
};
