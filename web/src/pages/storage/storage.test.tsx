import { screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { routes } from "@/app/router";
import { layOut } from "@/test/layout";
import { network, open, SIGNED_IN } from "@/test/render";
import { PROJECT } from "@/test/runs";

const BASE = "/app/projects/ada/digits";
const NONE = { totalBytes: 0, versionBytes: 0, fileBytes: 0, historyBytes: 0, versions: 0, runs: 0 };
const USAGE = { totalBytes: 4096, versionBytes: 3072, fileBytes: 1024, historyBytes: 0, versions: 3, runs: 1 };
const PAGE = {
  usage: USAGE,
  waiting: { trashBytes: 0, versionBytes: 512 },
  people: [{ username: null, usage: USAGE }],
  collections: [{ name: "corpus", type: "dataset", versions: 3, sizeBytes: 3072 }],
  runs: [{ id: "r1", title: "first", fileBytes: 1024, historyBytes: 0 }],
};
const answers = {
  "GET /app/session": SIGNED_IN,
  "GET /app/alerts": { alerts: [], unread: 0, readUpTo: 0 },
  [`GET ${BASE}`]: PROJECT,
  [`GET ${BASE}/storage`]: PAGE,
};

beforeEach(() => {
  layOut();
});

it("leads from sizes to what has them", async () => {
  network(answers);
  open(routes, "/ada/digits/storage");
  const collection = await screen.findByRole("link", { name: "corpus" });
  expect(collection.getAttribute("href")).toBe("/ada/digits/artifacts/dataset/corpus");
  expect(screen.getByRole("link", { name: "first" }).getAttribute("href")).toBe("/ada/digits/runs/r1/files");
  expect(screen.getByText("accounts that are gone")).toBeTruthy();
  expect(screen.getByText("at most 512 B")).toBeTruthy();
  expect(screen.getAllByRole("img", { name: "75 % of all" })).toHaveLength(1);
});

it("tells an empty project from one whose things were deleted", async () => {
  network({ ...answers, [`GET ${BASE}/storage`]: { ...PAGE, usage: NONE, collections: [], runs: [], people: [] } });
  open(routes, "/ada/digits/storage");
  expect(await screen.findByText(/Everything was deleted/)).toBeTruthy();
});
