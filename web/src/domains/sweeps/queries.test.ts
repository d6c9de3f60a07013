import { expect, it } from "vitest";
import type { SweepRow } from "@/api/contract";
import { sweepRunsQuery } from "./queries";

const SWEEP: SweepRow = {
  id: "s1",
  title: "s1",
  state: "RUNNING",
  method: "random",
  createdAt: "2026-01-01T00:00:00Z",
  runCount: 0,
  runCountExpected: null,
  metric: "val/loss",
  goal: "minimize",
  bestValue: null,
  parameters: ["lr", "optimizer.beta"],
  config: "",
};

it("asks for the best runs first, in the direction of the goal, with what was varied", () => {
  expect(sweepRunsQuery(SWEEP, 50)).toMatchObject({
    filters: { sweep: "s1" },
    order: ["+summary_metrics.val/loss", "-created_at"],
    columns: ["summary.val/loss", "config.lr", "config.optimizer.beta"],
  });
  expect(sweepRunsQuery({ ...SWEEP, goal: "maximize" }, 50).order?.[0]).toBe("-summary_metrics.val/loss");
});

it("asks for the newest runs first when nothing is searched for", () => {
  const { order, columns } = sweepRunsQuery({ ...SWEEP, metric: null, parameters: [] }, 50);
  expect([order, columns]).toEqual([["-created_at"], []]);
});
