import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, it } from "vitest";
import type { RunRow, RunsPage, SweepRow } from "@/api/contract";
import { network, open } from "@/test/render";
import SweepsPage from ".";

const SWEEP: SweepRow = {
  id: "s1",
  title: "learning rates",
  state: "RUNNING",
  method: "grid",
  createdAt: "2026-01-01T00:00:00Z",
  runCount: 3,
  runCountExpected: 8,
  metric: "loss",
  goal: "minimize",
  bestValue: 0.25,
  parameters: ["lr"],
  config: "method: grid\nparameters:\n  lr:\n    values: [0.1, 0.2]\n",
};
const RUN: RunRow = {
  entity: "ada",
  project: "p",
  id: "r1",
  title: "bright-sweep-1",
  state: "finished",
  createdAt: "2026-01-01T00:00:00Z",
  startedAt: null,
  heartbeatAt: null,
  durationSeconds: 3,
  user: "ada",
  group: null,
  jobType: null,
  sweep: "s1",
  tags: [],
  notes: "",
  colorIndex: 0,
  exitCode: 0,
  stopRequested: false,
  config: { lr: 0.1 },
  summary: { loss: 0.25 },
};
const RUNS: RunsPage = { total: 9, matched: 1, offset: 0, rows: [RUN] };
const LIST = "GET /app/projects/ada/p/sweeps";
const ROUTES = [
  { path: "/:entity/:project/sweeps", Component: SweepsPage },
  { path: "/:entity/:project/sweeps/:sweep/*", Component: SweepsPage },
];

it("leads from the list to a sweep, its runs, its config and the line that starts an agent", async () => {
  const sent = network({
    [LIST]: { sweeps: [SWEEP] },
    "POST /app/projects/ada/p/runs:query": RUNS,
    "GET /app/session": {},
  });
  open(ROUTES, "/ada/p/sweeps");
  const list = await screen.findByRole("region", { name: "Sweeps" });
  expect(within(list).getByText("3 of 8")).toBeTruthy();
  await userEvent.click(within(list).getByRole("link", { name: "learning rates" }));
  expect(await screen.findByText("wandb agent ada/p/s1")).toBeTruthy();
  const run = await screen.findByRole("link", { name: "bright-sweep-1" });
  expect(run.getAttribute("href")).toBe("/ada/p/runs/r1");
  expect(sent.find(({ call }) => call.endsWith("runs:query"))?.body).toMatchObject({ filters: { sweep: "s1" } });
  const table = new URL(screen.getByRole<HTMLAnchorElement>("link", { name: "Open in the runs table" }).href);
  expect(table.searchParams.get("filter")).toBe('[["sweep","eq","s1"]]');
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});

it("offers no agent for a sweep that has ended, and says what is absent", async () => {
  network({
    [LIST]: { sweeps: [{ ...SWEEP, state: "FINISHED" }] },
    "POST /app/projects/ada/p/runs:query": RUNS,
    "GET /app/session": {},
  });
  open(ROUTES, "/ada/p/sweeps/s1/overview");
  expect(await screen.findByText("Config")).toBeTruthy();
  expect(screen.queryByText("wandb agent ada/p/s1")).toBeNull();
  open(ROUTES, "/ada/p/sweeps/none");
  expect(await screen.findByText("No such sweep")).toBeTruthy();
});

it("shows how to make the first sweep of a project", async () => {
  network({ [LIST]: { sweeps: [] } });
  open(ROUTES, "/ada/p/sweeps");
  expect(await screen.findByText("wandb sweep --entity ada --project p sweep.yaml")).toBeTruthy();
  expect(screen.getByText("wandb agent ada/p/SWEEP_ID")).toBeTruthy();
});
