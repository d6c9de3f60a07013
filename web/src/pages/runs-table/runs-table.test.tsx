import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { RunDetail, RunsQuery } from "@/api/contract";
import { routes } from "@/app/router";
import { layOut } from "@/test/layout";
import { network, open, refusal, type Sent, SIGNED_IN } from "@/test/render";
import { PROJECT, runDetail, runRow } from "@/test/runs";

const BASE = "/app/projects/ada/digits";
const RUN = "/app/runs/ada/digits/r1";
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

const changes = (sent: Sent[]) => sent.filter(({ call }) => call.startsWith("PATCH")).map(({ body }) => body);

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

  it("is walked by keys: the focused row is chosen, opened, and the only stop of Tab", async () => {
    network(answers);
    const router = open(routes, "/ada/digits/table");
    await screen.findByRole("link", { name: "title of r1" });
    const [first, second] = screen.getAllByRole("row").slice(1) as [HTMLElement, HTMLElement];
    await userEvent.keyboard("j");
    expect(document.activeElement).toBe(first);
    await userEvent.keyboard("jx");
    expect(document.activeElement).toBe(second);
    expect(second.getAttribute("aria-selected")).toBe("true");
    expect([first.tabIndex, second.tabIndex]).toEqual([-1, 0]);
    expect(screen.getByRole("link", { name: "title of r1" }).tabIndex).toBe(-1);
    await userEvent.keyboard("{ArrowUp}{ArrowUp}");
    expect(document.activeElement).toBe(first);
    await userEvent.keyboard("k{End}{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/ada/digits/runs/r2"));
  });

  it("lists its keys in the help", async () => {
    network(answers);
    open(routes, "/ada/digits/table");
    await screen.findByRole("link", { name: "title of r1" });
    await userEvent.keyboard("?");
    const help = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    for (const word of ["Next run", "Previous run", "Choose the run", "Rename the run", "Open the run"])
      expect(within(help).getByText(word)).toBeTruthy();
  });

  it("renames a run in its row, and takes it back", async () => {
    const sent = network({
      ...answers,
      [`PATCH ${RUN}`]: (body: unknown) => runDetail("r1", body as Partial<RunDetail>),
    });
    open(routes, "/ada/digits/table");
    await screen.findByRole("link", { name: "title of r1" });
    await screen.findByRole("button", { name: "Rename title of r1" });
    await userEvent.keyboard("je");
    const box = await screen.findByRole("textbox", { name: "Run name" });
    await userEvent.type(box, "{Control>}a{/Control}better{Enter}");
    const undo = await screen.findByRole("button", { name: "Undo" });
    await waitFor(() => expect(document.activeElement).toBe(screen.getAllByRole("row")[1]));
    await userEvent.click(undo);
    await waitFor(() => expect(changes(sent)).toEqual([{ title: "better" }, { title: "title of r1" }]));
  });

  it("keeps a refused name to be mended, and leaves a name as it was on Escape", async () => {
    const sent = network({ ...answers, [`PATCH ${RUN}`]: () => refusal(422, "that is no name") });
    open(routes, "/ada/digits/table");
    await userEvent.click(await screen.findByRole("button", { name: "Rename title of r1" }));
    const box = await screen.findByRole("textbox", { name: "Run name" });
    await userEvent.type(box, "x{Enter}");
    expect(await screen.findByText(/That is no name/)).toBeTruthy();
    expect(box.getAttribute("aria-invalid")).toBe("true");
    await userEvent.keyboard("{Escape}");
    expect(await screen.findByRole("link", { name: "title of r1" })).toBeTruthy();
    expect(changes(sent)).toHaveLength(1);
  });

  it("changes tags and notes of a run in their cells", async () => {
    localStorage.setItem('steelyard.columns.["ada","digits"]', '["title","tags","notes"]');
    const sent = network({
      ...answers,
      [`PATCH ${RUN}`]: (body: unknown) => runDetail("r1", body as Partial<RunDetail>),
    });
    open(routes, "/ada/digits/table");
    await userEvent.click(await screen.findByRole("button", { name: "Change the tags of title of r1" }));
    await userEvent.click(await screen.findByRole("button", { name: "Add a tag" }));
    await userEvent.type(await screen.findByRole("textbox", { name: "Add a tag" }), "a, b{Enter}");
    await userEvent.keyboard("{Escape}");
    await userEvent.click(await screen.findByRole("button", { name: "Change the notes of title of r1" }));
    await userEvent.type(await screen.findByRole("textbox", { name: "Notes" }), "looks good");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(changes(sent)).toEqual([{ tags: ["best", "a, b"] }, { notes: "looks good" }]));
  });

  it("offers no pencil to who may only look", async () => {
    network({ ...answers, [`GET ${BASE}`]: { ...PROJECT, canWrite: false } });
    open(routes, "/ada/digits/table");
    await screen.findByRole("link", { name: "title of r1" });
    expect(screen.queryByRole("button", { name: /^Rename/ })).toBeNull();
  });
});
