import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { routes } from "@/app/router";
import { network, open, SIGNED_IN } from "@/test/render";

const USAGE = { totalBytes: 3072, versionBytes: 2048, fileBytes: 1024, historyBytes: 0, versions: 2, runs: 1 };
const LARGE = { ...USAGE, totalBytes: 9216, versionBytes: 0, fileBytes: 9216 };
const RUN = {
  id: 1,
  kind: "content",
  startedBy: "schedule",
  state: "failed",
  failure: "the store is away",
  startedAt: "2025-01-01T00:00:00Z",
  endedAt: "2025-01-01T00:00:03Z",
  versions: 0,
  contents: 4,
  objects: 5,
  sizeBytes: 1024,
};
const ADMIN = { ...SIGNED_IN, user: { ...SIGNED_IN.user, admin: true } };
const answers = {
  "GET /app/session": ADMIN,
  "GET /app/alerts": { alerts: [], unread: 0, readUpTo: 0 },
  "GET /app/admin/storage": {
    entities: [
      { name: "lab", usage: USAGE },
      { name: "ada", usage: LARGE },
    ],
    waiting: { count: 2, sizeBytes: 100 },
    everySeconds: 3600,
    graceSeconds: 86400,
    collections: [RUN],
  },
  "POST /app/admin/storage:preview": {
    versions: 1,
    manifests: 2,
    contents: 3,
    uploads: 0,
    objects: 3,
    sizeBytes: 2048,
  },
};

it("shows who takes what, what collections did, and what the next one would do", async () => {
  network(answers);
  open(routes, "/admin/storage");
  const table = await screen.findByRole("region", { name: "Teams and users" });
  expect(
    within(table)
      .getAllByRole("link")
      .map((link) => link.textContent),
  ).toEqual(["ada", "lab"]);
  await userEvent.click(within(table).getByRole("button", { name: "Artifacts" }));
  expect(
    within(table)
      .getAllByRole("link")
      .map((link) => link.textContent),
  ).toEqual(["lab", "ada"]);
  expect(screen.getByText("failed: the store is away")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Dry run" }));
  expect(await screen.findByText(/would delete 2 KiB now: 3 contents/)).toBeTruthy();
});

it("is for administrators", async () => {
  network({ ...answers, "GET /app/session": { ...SIGNED_IN, user: { ...SIGNED_IN.user, admin: false } } });
  open(routes, "/admin/storage");
  expect(await screen.findByText("Only administrators see this page")).toBeTruthy();
});
