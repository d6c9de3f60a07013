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

  it("deletes chosen runs after asking, and offers the way back", async () => {
    const sent = network({
      ...answers,
      [`POST ${BASE}/runs:bulk`]: { done: ["r1"], skipped: [{ id: "r2", reason: "it is deleted" }], before: {} },
    });
    open(routes, "/ada/digits/table");
    await userEvent.click(await screen.findByRole("checkbox", { name: "Choose title of r1" }));
    expect(screen.getByText("1 run chosen")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Delete" }));
    await userEvent.click(screen.getAllByRole("button", { name: "Delete" }).at(-1) as HTMLElement);
    expect(await screen.findByText(/One was left alone: r2 – it is deleted/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(sent.filter(({ call }) => call.endsWith("runs:bulk")).map(({ body }) => body)).toEqual([
        { action: "delete", artifacts: false, runs: ["r1"] },
        { action: "restore", runs: ["r1"] },
      ]),
    );
  });

  it("changes all that match, chosen by the table's own question", async () => {
    const sent = network({
      ...answers,
      [`POST ${BASE}/runs:select`]: { ids: ["r1", "r2"] },
      [`POST ${BASE}/runs:bulk`]: { done: ["r1", "r2"], skipped: [], before: {} },
    });
    open(routes, "/ada/digits/table?q=net");
    await userEvent.click(await screen.findByRole("checkbox", { name: "Choose title of r2" }));
    await userEvent.click(screen.getByRole("button", { name: "Choose all 2 that match" }));
    await userEvent.click(screen.getByRole("button", { name: "Tag" }));
    await userEvent.type(await screen.findByRole("textbox", { name: "Tag" }), "best");
    await userEvent.click(screen.getAllByRole("button", { name: "Tag" }).at(-1) as HTMLElement);
    expect(await screen.findByText(/2 runs changed/)).toBeTruthy();
    expect(sent.find(({ call }) => call.endsWith("runs:select"))?.body).toMatchObject({ search: "net" });
    expect(sent.find(({ call }) => call.endsWith("runs:bulk"))?.body).toEqual({
      action: "tag",
      add: ["best"],
      runs: ["r1", "r2"],
    });
  });
});
