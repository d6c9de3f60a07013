import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { RunsQuery } from "@/api/contract";
import { routes } from "@/app/router";
import { layOut } from "@/test/layout";
import { network, open, type Sent, SIGNED_IN } from "@/test/render";
import { PROJECT, runRow } from "@/test/runs";

const BASE = "/app/projects/ada/digits";
const ROWS = [
  runRow("r1", { config: { lr: 0.003 }, summary: { loss: "NaN" }, tags: ["best"] }),
  runRow("r2", { state: "crashed", config: { lr: 0.1 } }),
];
const answers = {
  "GET /app/session": SIGNED_IN,
  [`GET ${BASE}`]: PROJECT,
  [`GET ${BASE}/columns`]: { config: ["lr"], summary: ["loss"] },
  [`POST ${BASE}/runs:query`]: { total: 5, matched: 2, offset: 0, rows: ROWS },
};
const lastQuery = (sent: Sent[]): RunsQuery =>
  sent.filter(({ call }) => call.endsWith("runs:query")).at(-1)?.body as RunsQuery;

beforeEach(() => {
  layOut();
  localStorage.clear();
});

describe("the runs table", () => {
  it("shows runs with their settings and results, and how many match", async () => {
    const sent = network(answers);
    open(routes, "/ada/digits/table");
    expect(await screen.findByRole("link", { name: "title of r1" })).toBeTruthy();
    expect(await screen.findByText("0.003")).toBeTruthy();
    expect(screen.getByText("NaN")).toBeTruthy();
    expect(screen.getByText("2 of 5 runs")).toBeTruthy();
    await waitFor(() => expect(lastQuery(sent).columns).toEqual(["config.lr", "summary.loss"]));
  });

  it("sorts by a click on a head and keeps the order in the address", async () => {
    const sent = network(answers);
    const router = open(routes, "/ada/digits/table");
    await userEvent.click(await screen.findByRole("button", { name: "lr" }));
    await waitFor(() => expect(lastQuery(sent).order).toEqual(["+config.lr"]));
    expect(router.state.location.search).toBe("?sort=config.lr");
    expect(screen.getByRole("columnheader", { name: "lr" }).getAttribute("aria-sort")).toBe("ascending");
  });

  it("asks the server for what the address filters and searches", async () => {
    const sent = network(answers);
    const filter = encodeURIComponent('[["config.lr","lt","0.05"]]');
    open(routes, `/ada/digits/table?q=net&filter=${filter}`);
    expect(await screen.findByRole("button", { name: "1 filter" })).toBeTruthy();
    await waitFor(() =>
      expect(lastQuery(sent)).toMatchObject({ search: "net", filters: { $and: [{ "config.lr": { $lt: 0.05 } }] } }),
    );
  });

  it("takes a column away and remembers it", async () => {
    network(answers);
    open(routes, "/ada/digits/table");
    await userEvent.click(await screen.findByRole("button", { name: "Columns" }));
    await userEvent.click(await screen.findByRole("checkbox", { name: "lr" }));
    await waitFor(() => expect(screen.queryByRole("columnheader", { name: "lr" })).toBeNull());
    expect(localStorage.getItem('steelyard.columns.["ada","digits"]')).not.toContain("config.lr");
  });
});
