import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeAll, expect, it } from "vitest";
import type { ArtifactDetail, ArtifactRow, CollectionRow } from "@/api/contract";
import { network, open, refusal } from "@/test/render";
import ArtifactsPage from ".";

const COLLECTION: CollectionRow = {
  name: "digits",
  type: "dataset",
  description: "",
  versionCount: 1,
  latest: "v0",
  updatedAt: "2026-01-01T00:00:00Z",
};
const VERSION: ArtifactRow = {
  id: "1",
  type: "dataset",
  collection: "digits",
  entity: "ada",
  project: "p",
  version: "v0",
  aliases: ["latest", "full"],
  tags: [],
  state: "COMMITTED",
  digest: "d41d8cd98f00b204",
  sizeBytes: 2048,
  fileCount: 1500,
  createdAt: "2026-01-01T00:00:00Z",
  createdByRun: "r1",
};
const DETAIL: ArtifactDetail = {
  ...VERSION,
  description: "Eight by eight.",
  metadata: { classes: 10 },
  usedByRuns: ["r2", "bob/other/r3"],
  usage: "import wandb\n",
  canWrite: true,
};
const BASE = "GET /app/projects/ada/p/artifacts";
const ROUTES = [{ path: "/:entity/:project/artifacts/*", Component: ArtifactsPage }];
const file = (path: string, ref: string | null = null) => ({
  path,
  sizeBytes: 1,
  digest: "x",
  ref,
  url: ref ? null : "https://files.example/x",
});
const ANSWERS = {
  [BASE]: { types: [{ name: "dataset", collections: [COLLECTION] }] },
  [`${BASE}/dataset/digits`]: { collection: COLLECTION, versions: [VERSION] },
  [`${BASE}/dataset/digits/v0`]: DETAIL,
  [`${BASE}/dataset/digits/v0/files?limit=1000`]: { files: [file("a/one.bin")], next: "7" },
  [`${BASE}/dataset/digits/v0/files?limit=1000&after=7`]: {
    files: [file("far.csv", "https://else.example/far.csv")],
    next: null,
  },
};

// lists draw what fits: the test document has no size of its own
beforeAll(() => {
  for (const side of ["clientHeight", "clientWidth"] as const)
    Object.defineProperty(HTMLElement.prototype, side, { configurable: true, value: 600 });
});

it("leads from the list over a collection to a version and what is said of it", async () => {
  network(ANSWERS);
  const router = open(ROUTES, "/ada/p/artifacts");
  const nav = await screen.findByRole("navigation", { name: "Artifact collections" });
  await userEvent.click(await within(nav).findByRole("link", { name: /digits/ }));
  const versions = await screen.findByRole("region", { name: "Versions" });
  expect(within(versions).getByText("full")).toBeTruthy();
  expect(within(versions).getByRole("link", { name: "r1" }).getAttribute("href")).toBe("/ada/p/runs/r1");
  await userEvent.click(within(versions).getByRole("link", { name: "v0" }));
  expect(await screen.findByText("d41d8cd98f00b204")).toBeTruthy();
  expect(screen.getByRole("link", { name: "bob/other/r3" }).getAttribute("href")).toBe("/bob/other/runs/r3");
  expect(router.state.location.pathname).toBe("/ada/p/artifacts/dataset/digits/v0");
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});

it("reads on until it has the file that the address names, and links a reference", async () => {
  network(ANSWERS);
  open(ROUTES, "/ada/p/artifacts/dataset/digits/v0/files/far.csv");
  const link = await screen.findByRole("link", { name: "https://else.example/far.csv" });
  expect(link.getAttribute("rel")).toContain("noopener");
  expect(screen.getByText("2 files")).toBeTruthy();
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
