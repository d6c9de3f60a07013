import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { routes } from "@/app/router";
import { network, open, SIGNED_IN } from "@/test/render";

const ADMIN = { ...SIGNED_IN, user: { ...SIGNED_IN.user, admin: true } };
const LINE = {
  id: 2,
  timestamp: "2025-01-01T00:00:00Z",
  action: "team:invite_user",
  response_code: 200,
  actor_username: "ada",
  actor_ip: "10.0.0.1",
  entity_name: "lab",
  username: "grace",
  detail: { role: "viewer" },
};
const REFUSED = {
  id: 1,
  timestamp: "2025-01-01T00:00:00Z",
  action: "user:login",
  response_code: 401,
  actor_ip: "10.0.0.2",
};
const PAGE = {
  lines: [LINE, REFUSED],
  next: null,
  actions: ["team:invite_user", "user:login"],
  collecting: true,
  keptDays: 365,
};
const answers = {
  "GET /app/session": ADMIN,
  "GET /app/alerts": { alerts: [], unread: 0, readUpTo: 0 },
  "GET /app/admin/audit?numDays=7": PAGE,
  "GET /app/admin/audit?numDays=7&action=user%3Alogin": { ...PAGE, lines: [] },
};

it("shows who did what, and refused sign-ins as such", async () => {
  network(answers);
  open(routes, "/admin/audit");
  const table = await screen.findByRole("region", { name: "Audit log" });
  expect(within(table).getByText("grace · lab")).toBeTruthy();
  expect(within(table).getByText("role: viewer")).toBeTruthy();
  expect(within(table).getByText("refused (401)")).toBeTruthy();
  expect(within(table).getByText("not signed in")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Download" }).getAttribute("href")).toBe("/admin/audit_logs?numDays=7");
});

it("asks anew when filtered, and says when nothing fits", async () => {
  network(answers);
  open(routes, "/admin/audit");
  await screen.findByRole("region", { name: "Audit log" });
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Action" }), "user:login");
  expect(await screen.findByText("Nothing was told")).toBeTruthy();
});

it("is for administrators", async () => {
  network({ ...answers, "GET /app/session": { ...SIGNED_IN, user: { ...SIGNED_IN.user, admin: false } } });
  open(routes, "/admin/audit");
  expect(await screen.findByText("Only administrators see this page")).toBeTruthy();
});
