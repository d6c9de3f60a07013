import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { routes } from "@/app/router";
import { layOut } from "@/test/layout";
import { network, open, refusal, SIGNED_IN } from "@/test/render";
import { metric, PROJECT, runDetail } from "@/test/runs";

const RUN = "/app/runs/ada/digits/r1";
const answers = {
  "GET /app/session": SIGNED_IN,
  "GET /app/projects/ada/digits": PROJECT,
  [`GET ${RUN}`]: runDetail("r1"),
};

beforeEach(layOut);

describe("the run page", () => {
  it("shows config, summary and machine, and finds a value by its key", async () => {
    network(answers);
    open(routes, "/ada/digits/runs/r1/overview");
    expect(await screen.findByText("node-3")).toBeTruthy();
    const [config] = screen.getAllByPlaceholderText("Find keys and values");
    await userEvent.type(config as HTMLElement, "optimizer.name");
    expect(screen.getByText("optimizer.name")).toBeTruthy();
    expect(screen.queryByText("lr")).toBeNull();
  });

  it("renames the run", async () => {
    const sent = network({ ...answers, [`PATCH ${RUN}`]: (body: object) => ({ ...runDetail("r1"), ...body }) });
    open(routes, "/ada/digits/runs/r1/overview");
    await userEvent.click(await screen.findByRole("button", { name: "Rename run" }));
    const field = screen.getByRole("textbox", { name: "Run name" });
    await userEvent.clear(field);
    await userEvent.type(field, "better{Enter}");
    expect(await screen.findByRole("heading", { name: "better" })).toBeTruthy();
    expect(sent.find(({ call }) => call.startsWith("PATCH"))?.body).toEqual({ title: "better" });
  });

  it("asks before it stops a run, and says what the server refused", async () => {
    network({
      ...answers,
      [`GET ${RUN}`]: runDetail("r1", { state: "running" }),
      [`POST ${RUN}/stop`]: refusal(403, "only members may stop runs"),
    });
    open(routes, "/ada/digits/runs/r1/overview");
    await userEvent.click(await screen.findByRole("button", { name: "More actions" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Stop run" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Stop run" }));
    expect(await within(dialog).findByText("Only members may stop runs.")).toBeTruthy();
  });

  it("prints the log with colours and marks what was written to stderr", async () => {
    const lines = [
      { n: 0, text: "\u001b[32mgreen\u001b[0m words", ts: null, level: null, label: null },
      { n: 1, text: "it broke", ts: null, level: "error", label: null },
    ];
    network({
      ...answers,
      [`GET ${RUN}/logs?from=-1&limit=1`]: { total: 2, from: 1, lines: lines.slice(1) },
      [`GET ${RUN}/logs?from=0&limit=1000`]: { total: 2, from: 0, lines },
    });
    open(routes, "/ada/digits/runs/r1/logs");
    expect((await screen.findByText("green")).style.color).toContain("--ansi-green");
    expect(screen.getByText("2 lines")).toBeTruthy();
    expect(screen.getByText("it broke").closest("[class*=error]")).toBeTruthy();
  });

  it("lists files, and shows the one that the address names", async () => {
    const file = { sizeBytes: 12, mimetype: "text/csv", updatedAt: PROJECT.createdAt, md5: "", url: "/file" };
    network({
      ...answers,
      [`GET ${RUN}/files`]: { files: [{ ...file, name: "out/result.csv" }] },
      "undefined /file": new Response("name,score\nseven,0.5\n"),
    });
    open(routes, "/ada/digits/runs/r1/files/out/result.csv");
    expect(await screen.findByRole("columnheader", { name: "score" })).toBeTruthy();
  });

  it("says that nothing is there, tab by tab", async () => {
    network({
      ...answers,
      [`GET ${RUN}/files`]: { files: [] },
      [`GET ${RUN}/artifacts`]: { inputs: [], outputs: [] },
      [`GET ${RUN}/logs?from=-1&limit=1`]: { total: 0, from: 0, lines: [] },
      "POST /app/projects/ada/digits/metrics": { metrics: [metric("loss")] },
    });
    const router = open(routes, "/ada/digits/runs/r1/files");
    expect(await screen.findByText("No files")).toBeTruthy();
    await router.navigate("/ada/digits/runs/r1/artifacts");
    expect(await screen.findByText("This run has logged no artifact.")).toBeTruthy();
    await router.navigate("/ada/digits/runs/r1/logs");
    expect(await screen.findByText("No console output")).toBeTruthy();
    await router.navigate("/ada/digits/runs/r1/system");
    expect(await screen.findByText("No system metrics")).toBeTruthy();
  });

  it("is a page not found for an absent run and for an unknown tab", async () => {
    network({ ...answers, [`GET ${RUN}`]: refusal(404, "no such run") });
    const router = open(routes, "/ada/digits/runs/r1");
    expect(await screen.findByText("Page not found")).toBeTruthy();
    network(answers);
    await router.navigate("/ada/digits/runs/r1/nonsense");
    await waitFor(() => expect(screen.getByText("Page not found")).toBeTruthy());
  });
});
