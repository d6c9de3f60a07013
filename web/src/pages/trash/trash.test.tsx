import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it } from "vitest";
import { routes } from "@/app/router";
import { layOut } from "@/test/layout";
import { network, open, SIGNED_IN } from "@/test/render";
import { PROJECT } from "@/test/runs";

const BASE = "/app/projects/ada/digits";
const RUN = {
  id: "r1",
  title: "old friend",
  state: "finished",
  createdAt: "2025-01-01T00:00:00Z",
  user: "ada",
  deletedAt: "2025-01-02T00:00:00Z",
  deletedBy: "ada",
  storageBytes: 2048,
};
const answers = {
  "GET /app/session": SIGNED_IN,
  "GET /app/alerts": { alerts: [], unread: 0, readUpTo: 0 },
  [`GET ${BASE}`]: PROJECT,
  [`GET ${BASE}/trash?offset=0`]: { total: 1, runs: [RUN], keptDays: 30 },
  [`GET ${BASE}/trash/ids`]: { ids: ["r1"] },
  [`POST ${BASE}/runs:bulk`]: { done: ["r1"], skipped: [], before: {} },
};

beforeEach(() => {
  layOut();
});

it("restores a run and offers to take that back", async () => {
  const sent = network(answers);
  open(routes, "/ada/digits/trash");
  expect(await screen.findByText("old friend")).toBeTruthy();
  expect(screen.getByText(/after 30 days/)).toBeTruthy();
  await userEvent.click(await screen.findByRole("button", { name: "Restore" }));
  expect(await screen.findByText(/1 run changed/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() =>
    expect(sent.filter(({ call }) => call.endsWith("runs:bulk")).map(({ body }) => body)).toEqual([
      { action: "restore", runs: ["r1"] },
      { action: "delete", runs: ["r1"] },
    ]),
  );
});

it("deletes for good only after it has asked", async () => {
  const sent = network(answers);
  open(routes, "/ada/digits/trash");
  await userEvent.click(await screen.findByRole("button", { name: "Delete for good" }));
  const bulk = () => sent.filter(({ call }) => call.endsWith("runs:bulk")).map(({ body }) => body);
  expect(await screen.findByText("Delete old friend for good?")).toBeTruthy();
  expect(bulk()).toEqual([]);
  await userEvent.click(screen.getAllByRole("button", { name: "Delete for good" }).at(-1) as HTMLElement);
  await waitFor(() => expect(bulk()).toEqual([{ action: "purge", runs: ["r1"] }]));
});
