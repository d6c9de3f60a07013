import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import type { Organization, OrganizationActivity, OrganizationUsage, Roles, Team, TeamMember } from "@/api/contract";
import { network, open, refusal, SIGNED_IN } from "@/test/render";
import { routes } from "./router";

const AT = "2026-01-01T00:00:00Z";
const member = (username: string, more: Partial<TeamMember> = {}): TeamMember => ({
  id: `id-${username}`,
  username,
  name: username,
  role: "member",
  customRole: null,
  service: false,
  active: true,
  ...more,
});
const SERVICE = member("service-acme-ci", { name: "ci", service: true });
const ACME: Organization = {
  name: "acme",
  createdAt: AT,
  canManage: true,
  activity: true,
  members: [member("ada", { role: "admin" }), member("bob"), SERVICE],
  teams: [
    { name: "lab", members: 3, services: 1, role: "admin" },
    { name: "other", members: 1, services: 0, role: null },
  ],
  buckets: [],
};
const ROLES: Roles = {
  roles: [
    {
      id: "r1",
      name: "curator",
      description: "Keeps the registry tidy",
      inheritedFrom: "viewer",
      permissions: ["artifact:update"],
      createdAt: AT,
      holders: 2,
    },
  ],
  permissions: [
    { name: "run:create", text: "start runs", inheritedBy: ["member"] },
    { name: "artifact:update", text: "edit versions", inheritedBy: ["member"] },
    { name: "project:manage", text: "rename projects", inheritedBy: [] },
  ],
  canManage: true,
};
const LAB: Team = {
  name: "lab",
  organization: "acme",
  canManage: true,
  members: [member("ada", { role: "admin" }), SERVICE],
  invitations: [{ id: "i1", email: "eve@example.org", role: "viewer", customRole: null, expiresAt: AT }],
  bucket: null,
};
const bytes = (totalBytes: number) => ({
  totalBytes,
  versionBytes: totalBytes,
  fileBytes: 0,
  historyBytes: 0,
  versions: 1,
  runs: 1,
});
const USAGE: OrganizationUsage = {
  owners: [
    { name: "lab", kind: "team", projects: 2, usage: bytes(2048), computeSeconds: 7200 },
    { name: "acme", kind: "organization", projects: 0, usage: bytes(0), computeSeconds: 0 },
  ],
};
const ACTIVITY: OrganizationActivity = {
  people: [
    { username: "ada", name: "Ada", role: "admin", lastActiveAt: AT, daysActive: 9 },
    { username: "bob", name: "bob", role: "member", lastActiveAt: null, daysActive: 0 },
    { username: "cleo", name: "cleo", role: "viewer", lastActiveAt: "2026-01-02T00:00:00Z", daysActive: 3 },
  ],
  days: [
    { day: "2026-01-01", people: 1 },
    { day: "2026-01-02", people: 2 },
  ],
};
const answers = {
  "GET /app/session": SIGNED_IN,
  "GET /app/alerts": { alerts: [], unread: 0, readUpTo: 0 },
  "GET /app/organizations/acme": ACME,
  "GET /app/organizations/acme/usage": USAGE,
  "GET /app/organizations/acme/activity?days=30": ACTIVITY,
  "GET /app/organizations/acme/activity?days=90": ACTIVITY,
  "GET /app/organizations/acme/roles": ROLES,
  "GET /app/registries": { organizations: ["acme"], writable: ["acme"], registries: [] },
  "GET /app/teams/lab": LAB,
  "GET /app/teams/lab/secrets": { off: false, secrets: [{ name: "WEBHOOK", createdAt: AT, changedAt: AT, by: null }] },
  "GET /app/entities/lab/storage": {
    usage: bytes(0),
    waiting: { trashBytes: 0, versionBytes: 0 },
    projects: [],
    people: [],
  },
  "GET /app/entities/lab/artifact-ttl": { ttlSeconds: null, adminsOnly: false, canChange: true },
};

const PAGES = [
  ["/orgs/acme", "bob"],
  ["/orgs/acme/teams", "lab"],
  ["/orgs/acme/service-accounts", "service-acme-ci"],
  ["/orgs/acme/roles", "curator"],
  ["/orgs/acme/registry", "No registries"],
  ["/orgs/acme/usage", "2h 00m"],
  ["/orgs/acme/activity", "cleo"],
  ["/teams/lab", "eve@example.org"],
  ["/teams/lab/service-accounts", "ci"],
  ["/teams/lab/secrets", "WEBHOOK"],
  ["/teams/lab/usage", "Nothing is stored here"],
  ["/teams/lab/settings", "Time to live of artifacts"],
] as const;

describe.each(PAGES)("the page at %s", (address, words) => {
  it("shows what it is for, and is readable by assistive tools", async () => {
    network(answers);
    open(routes, address);
    expect((await screen.findAllByText(words)).length).toBeGreaterThan(0);
    const { violations } = await axe.run(document.body, {
      rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
    });
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  });
});

it.each(["/orgs/nowhere", "/orgs/acme/no-such-part", "/teams/lab/no-such-part"])(
  "there is nothing at %s",
  async (address) => {
    network(answers);
    open(routes, address);
    expect(await screen.findByText(/not found|nothing here|does not exist/i)).toBeTruthy();
  },
);

it("a failure of the server is told, and asked again", async () => {
  let fails = true;
  network({ ...answers, "GET /app/organizations/acme": () => (fails ? refusal(500, "broken") : ACME) });
  open(routes, "/orgs/acme");
  const again = await screen.findByRole("button", { name: /again|retry/i }, { timeout: 10_000 });
  fails = false;
  await userEvent.click(again);
  expect(await screen.findByText("bob")).toBeTruthy();
}, 20_000);

describe("the activity of an organization", () => {
  const names = async () => {
    const table = await screen.findByRole("region", { name: "When people were active" });
    return within(table)
      .getAllByRole("link")
      .map((link) => link.textContent);
  };

  it("is sorted by what its columns say", async () => {
    network(answers);
    open(routes, "/orgs/acme/activity");
    expect(await names()).toEqual(["ada", "cleo", "bob"]);
    await userEvent.click(screen.getByRole("button", { name: "Last active" }));
    expect(await names()).toEqual(["cleo", "ada", "bob"]);
    expect(screen.getByRole("columnheader", { name: "Last active" }).getAttribute("aria-sort")).toBe("descending");
    await userEvent.click(screen.getByRole("button", { name: "Last active" }));
    expect(await names()).toEqual(["bob", "ada", "cleo"]);
    await userEvent.click(screen.getByRole("button", { name: "Name" }));
    expect(await names()).toEqual(["ada", "bob", "cleo"]);
  });

  it("tells what its plot shows, and asks for more days", async () => {
    const sent = network(answers);
    open(routes, "/orgs/acme/activity");
    expect(await screen.findByRole("img", { name: /2 at most, on .*2/ })).toBeTruthy();
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Days shown" }), "Last 90 days");
    await waitFor(() => expect(sent.some(({ call }) => call.endsWith("activity?days=90"))).toBe(true));
  });

  it("is no page of those who may not see it", async () => {
    network({ ...answers, "GET /app/organizations/acme": { ...ACME, activity: false } });
    open(routes, "/orgs/acme/activity");
    expect(await screen.findByText("Page not found")).toBeTruthy();
    expect(screen.queryByRole("link", { name: "Activity" })).toBeNull();
  });
});

describe("an organization", () => {
  it("says why the last administrator stays", async () => {
    const refused = () => refusal(403, "this is the last administrator of acme; make another one first");
    network({ ...answers, "POST /app/organizations/acme/members": refused });
    open(routes, "/orgs/acme");
    await userEvent.selectOptions(await screen.findByLabelText("Role of ada"), "member");
    expect(await screen.findByText(/last administrator of acme/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLSelectElement>("Role of ada").value).toBe("admin");
  });

  it("shows the new key of a service account once, after a question", async () => {
    const path = `POST /app/organizations/acme/service-accounts/${SERVICE.id}/key`;
    const sent = network({ ...answers, [path]: { id: "k", name: "ci", secret: "local-secret" } });
    open(routes, "/orgs/acme/service-accounts");
    await userEvent.click(await screen.findByRole("button", { name: "New key" }));
    const question = await screen.findByRole("dialog", { name: "Make a new key for “ci”?" });
    expect(sent.some(({ call }) => call === path)).toBe(false);
    await userEvent.click(within(question).getByRole("button", { name: "New key" }));
    const shown = await screen.findByRole("dialog", { name: "Key “ci”" });
    expect(within(shown).getByText("local-secret")).toBeTruthy();
    await userEvent.click(within(shown).getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.queryByText("local-secret")).toBeNull());
  });

  it("offers nothing to change to those who do not administer it", async () => {
    network({ ...answers, "GET /app/organizations/acme": { ...ACME, canManage: false } });
    open(routes, "/orgs/acme");
    expect(await screen.findByText("bob")).toBeTruthy();
    expect(screen.queryByRole("combobox")).toBeNull();
    expect(screen.getAllByRole("button", { name: /Leave|Remove|Add person/ }).map((one) => one.textContent)).toEqual([
      "Leave",
    ]);
  });

  it("with many people is searched, and comes page by page", async () => {
    const many = Array.from({ length: 500 }, (_, index) => member(`person${index}`));
    network({ ...answers, "GET /app/organizations/acme": { ...ACME, members: many } });
    open(routes, "/orgs/acme");
    expect(await screen.findByText("1–50 of 500")).toBeTruthy();
    await userEvent.click(screen.getByText("Next"));
    expect(await screen.findByText("person75")).toBeTruthy();
    const search = screen.getByLabelText("Find by name");
    fireEvent.change(search, { target: { value: "person499" } });
    await waitFor(() => expect(document.querySelectorAll("tbody tr")).toHaveLength(1));
    fireEvent.change(search, { target: { value: "person499x" } });
    expect(await screen.findByText("Nothing matches “person499x”")).toBeTruthy();
  });
});

it("a pending invitation gets a new link, shown once", async () => {
  const sent = network({
    ...answers,
    "POST /app/teams/lab/invitations": { url: "http://host/invite?token=t", mailed: false, expiresAt: AT },
  });
  open(routes, "/teams/lab");
  await userEvent.click(await screen.findByRole("button", { name: "New link" }));
  const question = await screen.findByRole("dialog", { name: "Make a new link for eve@example.org?" });
  await userEvent.click(within(question).getByRole("button", { name: "New link" }));
  const shown = await screen.findByRole("dialog", { name: "Link for eve@example.org" });
  expect(within(shown).getByText("http://host/invite?token=t")).toBeTruthy();
  expect(sent.find(({ call }) => call === "POST /app/teams/lab/invitations")?.body).toEqual({
    email: "eve@example.org",
    role: "viewer",
  });
});

describe("secrets of a team", () => {
  it("are set by name, and the value only goes to the server", async () => {
    const sent = network({ ...answers, "PUT /app/teams/lab/secrets/TOKEN": undefined });
    open(routes, "/teams/lab/secrets");
    await userEvent.click(await screen.findByRole("button", { name: "Add secret" }));
    await userEvent.type(await screen.findByLabelText("Name"), "TOKEN");
    await userEvent.type(screen.getByLabelText("Value"), "hunter2");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent.find(({ call }) => call.startsWith("PUT"))?.body).toEqual({ value: "hunter2" });
    expect(screen.queryByText("hunter2")).toBeNull();
  });

  it("say why one was refused, and keep what was typed", async () => {
    const refused = () => refusal(409, "a team has at most 200 secrets");
    network({ ...answers, "PUT /app/teams/lab/secrets/WEBHOOK": refused });
    open(routes, "/teams/lab/secrets");
    await userEvent.click(await screen.findByRole("button", { name: "Replace" }));
    const value = await screen.findByLabelText<HTMLTextAreaElement>("Value");
    await userEvent.type(value, "hunter2");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText(/at most 200 secrets/)).toBeTruthy();
    expect(value.value).toBe("hunter2");
  });

  it("are changed by administrators alone", async () => {
    network({ ...answers, "GET /app/teams/lab": { ...LAB, canManage: false } });
    open(routes, "/teams/lab/secrets");
    expect(await screen.findByText("WEBHOOK")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Add secret|Replace|Delete/ })).toBeNull();
  });
});

describe("roles of an organization", () => {
  it("are made by a checklist, in which what a member may anyway is ticked", async () => {
    const sent = network({ ...answers, "POST /app/organizations/acme/roles": ROLES.roles[0] });
    open(routes, "/orgs/acme/roles");
    await userEvent.click(await screen.findByRole("button", { name: "Create role" }));
    await userEvent.type(await screen.findByLabelText("Name"), "lead");
    await userEvent.selectOptions(screen.getByLabelText("Based on"), "member");
    const inherited = screen.getByLabelText<HTMLInputElement>(/run:create/);
    expect([inherited.checked, inherited.disabled]).toEqual([true, true]);
    await userEvent.click(screen.getByLabelText(/project:manage/));
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent.find(({ call }) => call === "POST /app/organizations/acme/roles")?.body).toEqual({
      name: "lead",
      description: "",
      inheritedFrom: "member",
      permissions: ["project:manage"],
    });
  });

  it("are deleted after a question that tells what becomes of those who hold them", async () => {
    const sent = network({ ...answers, "DELETE /app/organizations/acme/roles/r1": undefined });
    open(routes, "/orgs/acme/roles");
    await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
    const question = await screen.findByRole("dialog", { name: "Delete the role curator?" });
    expect(within(question).getByText(/held in 2 places.*viewer/)).toBeTruthy();
    await userEvent.click(within(question).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(sent.some(({ call }) => call.startsWith("DELETE"))).toBe(true));
  });

  it("are given in the list of a team's people", async () => {
    const sent = network({ ...answers, "POST /app/teams/lab/members": undefined });
    open(routes, "/teams/lab");
    const role = await screen.findByLabelText("Role of ada");
    await within(role).findByRole("option", { name: "curator" });
    await userEvent.selectOptions(role, "curator");
    await waitFor(() => expect(sent.some(({ call }) => call.startsWith("POST"))).toBe(true));
    expect(sent.find(({ call }) => call.startsWith("POST"))?.body).toEqual({ username: "ada", role: "curator" });
  });
});
