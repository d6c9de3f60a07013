import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Home, RunRow } from "@/api/contract";
import { SignedIn } from "@/app/signed-in";
import { network, open, SIGNED_IN } from "@/test/render";
import HomePage from ".";

const RUN: RunRow = {
  entity: "ada",
  project: "first-steps",
  id: "r1",
  title: "golden-river-1",
  state: "running",
  createdAt: "2026-01-01T00:00:00Z",
  startedAt: null,
  heartbeatAt: null,
  durationSeconds: 3,
  user: "ada",
  group: null,
  jobType: null,
  sweep: null,
  tags: [],
  notes: "",
  colorIndex: 0,
  exitCode: null,
  stopRequested: false,
  config: {},
  summary: {},
};

it("changes from the first steps to the runs by itself when the first run arrives", async () => {
  let runs: RunRow[] = [];
  network({
    "GET /app/session": SIGNED_IN,
    "GET /app/home": (): Home => ({ entities: [], projects: [], runs }),
  });
  open([{ element: <SignedIn />, children: [{ path: "/home", Component: HomePage }] }], "/home");
  expect(await screen.findByText("wandb login --host=http://host:8080")).toBeTruthy();
  runs = [RUN];
  expect(await screen.findByText("golden-river-1")).toBeTruthy();
  expect(screen.queryByText("Log your first run")).toBeNull();
});
