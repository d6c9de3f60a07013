import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { routes } from "@/app/router";
import { layOut } from "@/test/layout";
import { network, open, refusal, SIGNED_IN } from "@/test/render";
import { metric, PROJECT, runRow } from "@/test/runs";

const BASE = "/app/projects/ada/digits";
const ROWS = Array.from({ length: 12 }, (_, index) => runRow(`r${index}`, { colorIndex: index }));
const answers = {
  "GET /app/session": SIGNED_IN,
  [`GET ${BASE}`]: PROJECT,
  [`POST ${BASE}/runs:query`]: { total: 12, matched: 12, offset: 0, rows: ROWS },
  [`POST ${BASE}/metrics`]: { metrics: [metric("loss"), metric("val/loss"), metric("val/acc")] },
};

beforeEach(() => {
  layOut();
  localStorage.clear();
});

describe("the workspace", () => {
  it("draws the first ten runs, a panel per metric in sections by prefix", async () => {
    const sent = network(answers);
    open(routes, "/ada/digits");
    expect(await screen.findByRole("region", { name: "val/loss" })).toBeTruthy();
    expect(screen.getByRole("heading", { name: /Charts 1|Charts/ })).toBeTruthy();
    expect(screen.getByText("10 visible")).toBeTruthy();
    const asked = sent.find(({ call }) => call.endsWith("/metrics"))?.body as { runs: string[] };
    expect(asked.runs).toHaveLength(10);
  });

  it("shows and hides a run by its eye, and remembers it", async () => {
    network(answers);
    open(routes, "/ada/digits");
    await userEvent.click(await screen.findByRole("button", { name: "Hide title of r0 from charts" }));
    expect(screen.getByText("9 visible")).toBeTruthy();
    expect(localStorage.getItem('steelyard.view.["ada","digits","workspace"]')).toContain('"flipped":["r0"]');
  });

  it("finds panels by name, and keeps them when a pattern is broken", async () => {
    network(answers);
    open(routes, "/ada/digits");
    const search = await screen.findByRole("searchbox", { name: "Find panels" });
    await userEvent.type(search, "acc");
    expect(screen.getByText("1 panel")).toBeTruthy();
    expect(screen.queryByRole("region", { name: "val/loss" })).toBeNull();
    const tools = search.parentElement as HTMLElement;
    await userEvent.click(within(tools).getByRole("button", { name: "Search by regular expression" }));
    await userEvent.clear(search);
    await userEvent.type(search, "(");
    expect(search.getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByText("3 panels")).toBeTruthy();
  });

  it("tells how to log when there is no run", async () => {
    network({ ...answers, [`POST ${BASE}/runs:query`]: { total: 0, matched: 0, offset: 0, rows: [] } });
    open(routes, "/ada/digits");
    expect(await screen.findByText("No runs yet")).toBeTruthy();
    expect(screen.getByText(/wandb login --host=http:\/\/host:8080/)).toBeTruthy();
  });

  it("says what failed where the runs would be, with a way to try again", async () => {
    network({ ...answers, [`POST ${BASE}/runs:query`]: refusal(403, "not yours to see") });
    open(routes, "/ada/digits");
    expect(await screen.findByText("Not yours to see.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
  });
});
