import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeAll, expect, it } from "vitest";
import type { ArtifactDetail, ArtifactRow, CollectionPage, CollectionRow, RunRef } from "@/api/contract";
import { network, open, refusal } from "@/test/render";
import ArtifactsPage from ".";

const RUN: RunRef = { entity: "ada", project: "p", id: "r1", title: "maker", state: "finished" };
const COLLECTION: CollectionRow = {
  name: "digits",
  type: "dataset",
  kind: "sequence",
  description: "",
  tags: [],
  versionCount: 2,
  latest: "v1",
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
};
const PAGE: CollectionPage = {
  ...COLLECTION,
  entity: "ada",
  project: "p",
  canWrite: true,
  ttlSeconds: null,
  metadataKeys: ["classes"],
  pending: [],
};
const ROW: ArtifactRow = {
  id: "1",
  type: "dataset",
  collection: "digits",
  entity: "ada",
  project: "p",
  version: "v1",
  aliases: ["latest", "full"],
  tags: [],
  state: "COMMITTED",
  digest: "d41d8cd98f00b204",
  sizeBytes: 2048,
  fileCount: 1500,
  createdAt: "2026-01-01T00:00:00Z",
  createdByRun: RUN,
  ttlSeconds: null,
  inheritedTtlSeconds: null,
  expiresAt: null,
};
const OLDER: ArtifactRow = { ...ROW, id: "0", version: "v0", aliases: ["best"] };
const DETAIL: ArtifactDetail = {
  ...ROW,
  kind: "sequence",
  description: "Eight by eight.",
  metadata: { classes: 10 },
  createdBy: "ada",
  usedBy: [
    { ...RUN, id: "r2", title: "near" },
    { ...RUN, entity: "bob", project: "other", id: "r3", title: "far" },
  ],
  usedByTotal: 3,
  historyStep: null,
  places: [],
  deletedAt: null,
  canWrite: true,
  previous: "v0",
  next: null,
};
const BASE = "GET /app/projects/ada/p/artifacts";
const ONE = `${BASE}/dataset/digits`;
const ROUTES = [{ path: "/:entity/:project/artifacts/*", Component: ArtifactsPage }];
const listed = (query: string, rows: ArtifactRow[]) => ({
  [`${ONE}/versions:list?${query}`]: { total: 2, matched: rows.length, offset: 0, rows },
});
const file = (path: string, ref: string | null = null) => ({ kind: "file", path, sizeBytes: 1, digest: "x", ref });
const folder = (path: string) => ({ kind: "folder", path, fileCount: 2, sizeBytes: 2 });
const ANSWERS = {
  [BASE]: { types: [{ name: "dataset", collections: [COLLECTION] }] },
  [ONE]: PAGE,
  ...listed("order=-versionIndex&offset=0&limit=100", [ROW, OLDER]),
  ...listed("offset=0&limit=10", [ROW, OLDER]),
  [`${ONE}/v1`]: DETAIL,
  [`${ONE}/v1/files?limit=200`]: { items: [folder("a"), file("far.csv", "https://else.example/far.csv")], next: null },
  [`${ONE}/v1/files?folder=a&limit=200`]: { items: [file("a/1.bin")], next: "62" },
  [`${ONE}/v1/files?folder=a&from=62&limit=200`]: { items: [file("a/2.bin")], next: null },
  [`${ONE}/v1/file?path=a`]: { kind: "folder", path: "a" },
  [`${ONE}/v1/file?path=far.csv`]: { ...file("far.csv", "https://else.example/far.csv"), mimetype: "", url: null },
};

// lists draw what fits: the test document has no size of its own
beforeAll(() => {
  for (const side of ["clientHeight", "clientWidth", "offsetHeight", "offsetWidth"] as const)
    Object.defineProperty(HTMLElement.prototype, side, { configurable: true, value: 600 });
});

const violations = async () => {
  const found = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
};

it("leads from the list over a collection to a version and what is said of it", async () => {
  network(ANSWERS);
  const router = open(ROUTES, "/ada/p/artifacts");
  const nav = await screen.findByRole("navigation", { name: "Artifact collections" });
  await userEvent.click(await within(nav).findByRole("link", { name: /digits/ }));
  const table = await screen.findByRole("table");
  expect(within(table).getByText("full")).toBeTruthy();
  const [made] = within(table).getAllByRole("link", { name: "maker" });
  expect(made?.getAttribute("href")).toBe("/ada/p/runs/r1");
  expect(await violations()).toEqual([]);
  await userEvent.click(within(table).getByRole("link", { name: "v1" }));
  expect(await screen.findByText("d41d8cd98f00b204")).toBeTruthy();
  expect(screen.getByRole("link", { name: "far" }).getAttribute("href")).toBe("/bob/other/runs/r3");
  expect(screen.getByText("bob/other")).toBeTruthy();
  expect(screen.getByText("One run of a project that you may not see has used it.")).toBeTruthy();
  expect(router.state.location.pathname).toBe("/ada/p/artifacts/dataset/digits/v1");
  expect(await violations()).toEqual([]);
});

it("shows the newest versions in the list at the left", async () => {
  network(ANSWERS);
  open(ROUTES, "/ada/p/artifacts");
  await userEvent.click(await screen.findByRole("button", { name: "Versions of digits" }));
  const older = await screen.findByRole("link", { name: /v0/ });
  expect(within(older).getByText("best")).toBeTruthy();
});

it("moves an alias that another version has only after a question", async () => {
  const sent = network({
    ...ANSWERS,
    [`${ONE}/aliases:list?find=best`]: { aliases: [{ alias: "best", version: "v0" }] },
    [`${ONE}/aliases:list?find=new`]: { aliases: [{ alias: "newest", version: "v0" }] },
    "POST /app/projects/ada/p/artifacts/dataset/digits/v1/aliases": undefined,
    "GET /app/session": { csrfToken: "x" },
  });
  open(ROUTES, "/ada/p/artifacts/dataset/digits/v1");
  const changes = () => sent.filter(({ call }) => call.startsWith("POST")).map(({ body }) => body);
  const add = async (alias: string) => {
    await userEvent.click(await screen.findByRole("button", { name: "Add an alias" }));
    await userEvent.type(screen.getByRole("textbox", { name: "Add an alias" }), `${alias}{Enter}`);
  };
  await add("best");
  const dialog = await screen.findByRole("dialog", { name: "Move the alias best?" });
  expect(changes()).toEqual([]);
  await userEvent.click(within(dialog).getByRole("button", { name: "Move to v1" }));
  expect(changes()).toEqual([{ add: ["best"] }]);
  await add("new");
  expect(await screen.findByText("latest", { selector: "header *" })).toBeTruthy();
  expect(changes()).toEqual([{ add: ["best"] }, { add: ["new"] }]);
});

it("deletes a version only when its name was typed, and says which aliases go", async () => {
  const sent = network({
    ...ANSWERS,
    "DELETE /app/projects/ada/p/artifacts/dataset/digits/v1?aliases=1": undefined,
    "GET /app/session": { csrfToken: "x" },
  });
  const router = open(ROUTES, "/ada/p/artifacts/dataset/digits/v1");
  await userEvent.click(await screen.findByRole("button", { name: "More actions" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Delete this version" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText(/latest, full/)).toBeTruthy();
  const act = within(dialog).getByRole("button", { name: "Delete this version" });
  expect((act as HTMLButtonElement).disabled).toBe(true);
  await userEvent.type(within(dialog).getByLabelText("Type digits:v1 to confirm"), "digits:v1");
  await userEvent.click(act);
  expect(sent.some(({ call }) => call.startsWith("DELETE"))).toBe(true);
  expect(await screen.findByRole("heading", { name: "digits" })).toBeTruthy();
  expect(router.state.location.pathname).toBe("/ada/p/artifacts/dataset/digits");
});

it("reads a folder when it is opened, page by page, and walks it by the keyboard", async () => {
  const sent = network(ANSWERS);
  open(ROUTES, "/ada/p/artifacts/dataset/digits/v1/files");
  const tree = await screen.findByRole("tree");
  const item = await within(tree).findByRole("treeitem", { name: /^a/ });
  expect(sent.some(({ call }) => call.includes("folder=a"))).toBe(false);
  item.focus();
  await userEvent.keyboard("{ArrowRight}");
  expect(await within(tree).findByRole("treeitem", { name: /1\.bin/ })).toBeTruthy();
  await userEvent.click(within(tree).getByRole("treeitem", { name: "Show more" }));
  expect(await within(tree).findByRole("treeitem", { name: /2\.bin/ })).toBeTruthy();
  expect(within(tree).queryByRole("treeitem", { name: "Show more" })).toBeNull();
  item.focus();
  await userEvent.keyboard("{ArrowLeft}");
  expect(within(tree).queryByRole("treeitem", { name: /1\.bin/ })).toBeNull();
  expect(await violations()).toEqual([]);
});

it("links a reference, and says so of what no path names", async () => {
  network(ANSWERS);
  open(ROUTES, "/ada/p/artifacts/dataset/digits/v1/files/far.csv");
  const link = await screen.findByRole("link", { name: "https://else.example/far.csv" });
  expect(link.getAttribute("rel")).toContain("noopener");
  open(ROUTES, "/ada/p/artifacts/dataset/digits/v1/files/none.txt");
  expect(await screen.findByText("No such file")).toBeTruthy();
});

it("tells what became of a version that is gone or on its way", async () => {
  network({
    ...ANSWERS,
    [`${ONE}/v1`]: { ...DETAIL, state: "DELETED", deletedAt: "2026-01-02T00:00:00Z", aliases: [] },
    [`${ONE}/d41d8`]: { ...DETAIL, state: "PENDING", version: "d41d8", aliases: [] },
  });
  open(ROUTES, "/ada/p/artifacts/dataset/digits/v1/files/a.txt");
  expect(await screen.findByText("This version was deleted")).toBeTruthy();
  open(ROUTES, "/ada/p/artifacts/dataset/digits/d41d8");
  expect(await screen.findByText("This version is still being uploaded")).toBeTruthy();
});

it("says how to log an artifact where there is none, and what to do about an absent one", async () => {
  network({ ...ANSWERS, [BASE]: { types: [] } });
  open(ROUTES, "/ada/p/artifacts");
  expect(await screen.findByText(/run\.log_artifact\(artifact\)/)).toBeTruthy();
  open(ROUTES, "/ada/p/artifacts/dataset/gone");
  expect(await screen.findByText("No such artifact")).toBeTruthy();
});

it("shows why the list failed and asks again", async () => {
  let broken = true;
  network({ ...ANSWERS, [BASE]: () => (broken ? refusal(403, "not yours") : ANSWERS[BASE]) });
  open(ROUTES, "/ada/p/artifacts");
  const again = await screen.findByRole("button", { name: "Try again" });
  broken = false;
  await userEvent.click(again);
  expect(await screen.findByRole("region", { name: "Artifact collections" })).toBeTruthy();
});

it("sets how long versions of a collection are kept", async () => {
  const sent = network({
    ...ANSWERS,
    [ONE.replace("GET", "PATCH")]: (change: unknown) => ({ ...PAGE, ...(change as Partial<CollectionPage>) }),
  });
  open(ROUTES, "/ada/p/artifacts/dataset/digits");
  expect(await screen.findByText("As its team has it")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Change the time to live" }));
  await userEvent.click(await screen.findByRole("radio", { name: "Delete after a time" }));
  const days = screen.getByRole("spinbutton", { name: "Days after it was made" });
  await userEvent.clear(days);
  await userEvent.type(days, "7");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(sent.filter(({ call }) => call.startsWith("PATCH")).map(({ body }) => body)).toEqual([
      { ttlSeconds: 7 * 86_400 },
    ]),
  );
});
