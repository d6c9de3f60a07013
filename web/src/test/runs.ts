/** Runs and a project as the server answers them, for tests of the pages that show them. */
import type { Metric, Project, RunDetail, RunRow } from "@/api/contract";

export const PROJECT: Project = {
  entity: "ada",
  name: "digits",
  description: "",
  visibility: "private",
  createdAt: "2026-01-01T00:00:00Z",
  createdBy: "ada",
  lastActiveAt: "2026-01-02T00:00:00Z",
  runCount: 3,
  runningCount: 1,
  computeSeconds: 60,
  storageBytes: 2048,
  canWrite: true,
  canManage: true,
};

export const runRow = (id: string, over: Partial<RunRow> = {}): RunRow => ({
  entity: "ada",
  project: "digits",
  id,
  title: `title of ${id}`,
  state: "finished",
  createdAt: "2026-01-02T00:00:00Z",
  startedAt: "2026-01-02T00:00:00Z",
  heartbeatAt: "2026-01-02T00:01:00Z",
  durationSeconds: 64,
  user: "ada",
  group: null,
  jobType: null,
  sweep: null,
  tags: [],
  notes: "",
  colorIndex: 0,
  exitCode: 0,
  stopRequested: false,
  config: {},
  summary: {},
  ...over,
});

export const runDetail = (id: string, over: Partial<RunDetail> = {}): RunDetail => ({
  ...runRow(id),
  configTree: { lr: 0.003, optimizer: { name: "adam" } },
  summaryTree: { loss: 0.25 },
  metadata: { host: "node-3" },
  historyLineCount: 10,
  lastStep: 9,
  logLineCount: 2,
  eventsLineCount: 0,
  fileCount: 1,
  canWrite: true,
  forkedFrom: null,
  archives: [],
  ...over,
});

export const metric = (key: string, over: Partial<Metric> = {}): Metric => ({
  key,
  type: "number",
  xKey: null,
  hidden: false,
  system: false,
  count: 10,
  ...over,
});
