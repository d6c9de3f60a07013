import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import type { Federation, Jobs, ListedAccount, ListedTeam, ServerOverview, ServerSettings } from "@/api/contract";
import { network, open, refusal, SIGNED_IN } from "@/test/render";
import { routes } from "./router";

const AT = "2026-01-01T00:00:00Z";
const account = (username: string, more: Partial<ListedAccount> = {}): ListedAccount => ({
  username,
  name: username,
  email: `${username}@example.org`,
  admin: false,
  active: true,
  service: false,
  createdAt: AT,
  teams: 1,
  keys: 2,
  lastSeenAt: null,
  daysActive: 3,
  ...more,
});
const USERS = [account("ada", { admin: true }), account("bob"), account("gone", { active: false })];
const TEAM: ListedTeam = {
  name: "lab",
  organization: null,
  createdAt: AT,
  members: 3,
  services: 1,
  admins: ["ada"],
  projects: 2,
  bucket: null,
};
const OVERVIEW: ServerOverview = {
  version: "1.2.3",
  database: "SQLite",
  counts: { active: 2, ended: 1, services: 1, teams: 1, projects: 2, runs: 1200, running: 3 },
  failing: ["send mail"],
  late: [],
  refusedMail: 2,
  notes: ["REDIS: accepted and not used"],
};
const JOBS: Jobs = {
  schedules: [
    { name: "send mail", everySeconds: 5, doneAt: null, failedAt: AT, failure: "Unavailable: away", state: "failing" },
    { name: "tend segments", everySeconds: 2, doneAt: AT, failedAt: null, failure: null, state: "good" },
  ],
  queues: [
    { name: "journal", count: 12 },
    { name: "mail", count: 1 },
  ],
  mail: [
    {
      id: "m1",
      recipient: "x@example.org",
      subject: "Hello",
      refused: true,
      attempts: 1,
      createdAt: AT,
      error: "no such mailbox",
    },
  ],
};
const SETTINGS: ServerSettings = {
  settings: [
    {
      name: "server.port",
      value: 8080,
      source: "default",
      variable: "STEELYARD_SERVER_PORT",
      doc: "port to listen on",
    },
    { name: "database.url", value: "***", source: "MYSQL", variable: "STEELYARD_DATABASE_URL", doc: "database" },
  ],
  notes: [],
};
const FEDERATION: Federation = {
  issuers: [
    {
      id: "i1",
      issuer: "https://ci.example.org",
      audience: "",
      byEmail: true,
      subjects: [{ id: "s1", subject: "repo:lab/train", username: "service-lab-ci" }],
      moreSubjects: false,
    },
  ],
  anyAudience: false,
  tokenSeconds: 3600,
};
const users = (query: string) => `GET /app/admin/users?kind=all&offset=0&limit=100${query}`;
const answers = {
  "GET /app/session": SIGNED_IN,
  "GET /app/alerts": { alerts: [], unread: 0, readUpTo: 0 },
  "GET /app/admin/overview": OVERVIEW,
  "GET /app/admin/storage": {
    entities: [],
    waiting: { count: 0, sizeBytes: 0 },
    everySeconds: null,
    graceSeconds: 0,
    collections: [],
  },
  [users("")]: { total: 250, users: USERS },
  [users("&search=bo")]: { total: 1, users: [USERS[1]] },
  [users("&search=zzz")]: { total: 0, users: [] },
  "GET /app/admin/users?kind=all&offset=100&limit=100": { total: 250, users: [account("zoe")] },
  "GET /app/admin/teams?offset=0&limit=100": { total: 1, teams: [TEAM], buckets: [] },
  "GET /app/admin/projects?offset=0&limit=100": { total: 0, projects: [] },
  "GET /app/admin/jobs": JOBS,
  "GET /app/admin/settings": SETTINGS,
  "GET /app/admin/federation": FEDERATION,
};

async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

describe.each([
  ["/admin", "1,200"],
  ["/admin/users", "bob@example.org"],
  ["/admin/teams", "lab"],
  ["/admin/projects", "No projects"],
  ["/admin/jobs", "Unavailable: away"],
  ["/admin/settings", "port to listen on"],
  ["/admin/federation", "repo:lab/train"],
])("the page at %s", (address, words) => {
  it("shows what it is for, and is readable by assistive tools", async () => {
    network(answers);
    open(routes, address);
    expect(await screen.findByText(words)).toBeTruthy();
    await expectAccessible();
  });

  it("is for administrators", async () => {
    network({ ...answers, "GET /app/session": { ...SIGNED_IN, user: { ...SIGNED_IN.user, admin: false } } });
    open(routes, address);
    expect(await screen.findByText("Only administrators see this page")).toBeTruthy();
    expect(screen.queryByRole("navigation", { name: "Parts of the administration" })).toBeNull();
  });
});

it("the overview tells what needs a look", async () => {
  network(answers);
  open(routes, "/admin");
  expect(await screen.findByText("Background work fails: send mail.")).toBeTruthy();
  expect(screen.getByText("2 messages were refused by the mail server.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "See jobs" }).getAttribute("href")).toBe("/admin/jobs");
});

describe("the list of users", () => {
  const menuOf = async (name: string) => {
    await userEvent.click(await screen.findByRole("button", { name: `Actions on ${name}` }));
  };

  it("is searched and paged by the server", async () => {
    network(answers);
    const router = open(routes, "/admin/users");
    expect(await screen.findByText("1–100 of 250")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Next" }));
    expect(await screen.findByText("zoe@example.org")).toBeTruthy();
    expect(router.state.location.search).toBe("?page=2");
    await userEvent.type(screen.getByRole("searchbox", { name: "Search" }), "bo");
    await waitFor(() => expect(screen.queryByText("zoe@example.org")).toBeNull());
    await waitFor(() => expect(router.state.location.search).toBe("?search=bo"));
    await userEvent.clear(screen.getByRole("searchbox", { name: "Search" }));
    await userEvent.type(screen.getByRole("searchbox", { name: "Search" }), "zzz");
    expect(await screen.findByText("Nothing matches “zzz”")).toBeTruthy();
  });

  it("deactivates after a question, and says why it did not", async () => {
    const sent = network({
      ...answers,
      "PATCH /app/admin/users/bob": () => refusal(403, "this is the last administrator; make another one first"),
    });
    open(routes, "/admin/users");
    await menuOf("bob");
    await userEvent.click(await screen.findByRole("menuitem", { name: "Deactivate" }));
    const dialog = await screen.findByRole("dialog", { name: "Deactivate bob?" });
    expect(sent.some(({ call }) => call.startsWith("PATCH"))).toBe(false);
    await userEvent.click(within(dialog).getByRole("button", { name: "Deactivate" }));
    expect(await within(dialog).findByText(/last administrator/)).toBeTruthy();
    expect(sent.find(({ call }) => call.startsWith("PATCH"))?.body).toEqual({ active: false });
  });

  it("nobody ends their own account by a slip", async () => {
    network(answers);
    open(routes, "/admin/users");
    await menuOf("ada");
    const item = await screen.findByRole("menuitem", { name: "Deactivate" });
    expect(item.getAttribute("aria-disabled")).toBe("true");
  });

  it("shows the link of a new account once", async () => {
    network({
      ...answers,
      "POST /app/admin/users": { ...account("eve"), url: "http://host/invite#t", mailed: false, expiresAt: AT },
    });
    open(routes, "/admin/users");
    await userEvent.click(await screen.findByRole("button", { name: "Add user" }));
    await userEvent.type(await screen.findByLabelText("E-mail"), "eve@example.org");
    await userEvent.click(screen.getAllByRole("button", { name: "Add user" }).at(-1) as HTMLElement);
    const dialog = await screen.findByRole("dialog", { name: "Link for eve" });
    expect(within(dialog).getByText("http://host/invite#t")).toBeTruthy();
    await userEvent.click(within(dialog).getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.queryByText("http://host/invite#t")).toBeNull());
  });
});

it("a refused message is sent again", async () => {
  const sent = network({ ...answers, "POST /app/admin/mail/m1/again": undefined });
  open(routes, "/admin/jobs");
  await userEvent.click(await screen.findByRole("button", { name: "Send again" }));
  await waitFor(() => expect(sent.some(({ call }) => call === "POST /app/admin/mail/m1/again")).toBe(true));
});

it("settings are narrowed to what was set, and a secret stays one", async () => {
  network(answers);
  open(routes, "/admin/settings");
  await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Which settings" }), "set");
  const table = await screen.findByRole("region", { name: "Settings" });
  await waitFor(() => expect(within(table).queryByText("server.port")).toBeNull());
  expect(within(table).getByText("***")).toBeTruthy();
  expect(within(table).getByText("MYSQL")).toBeTruthy();
});

it("a part that does not exist is not found", async () => {
  network(answers);
  open(routes, "/admin/nothing");
  expect(await screen.findByText("Page not found")).toBeTruthy();
});

describe("identity federation", () => {
  it("lets an issuer count, and says why one does not", async () => {
    const refused = () => refusal(409, "https://ci.example.org counts already; remove it to change it");
    const sent = network({ ...answers, "POST /app/admin/federation": refused });
    open(routes, "/admin/federation");
    await userEvent.click(await screen.findByRole("button", { name: "Add issuer" }));
    await userEvent.type(await screen.findByLabelText("Issuer"), "https://ci.example.org");
    await userEvent.click(screen.getAllByRole("button", { name: "Add issuer" }).at(-1) as HTMLElement);
    expect(await screen.findByText(/counts already/)).toBeTruthy();
    const body = { issuer: "https://ci.example.org", audience: "", byEmail: false };
    expect(sent.find(({ call }) => call === "POST /app/admin/federation")?.body).toEqual(body);
  });

  it("binds a subject and unbinds it after a question", async () => {
    const path = "/app/admin/federation/i1/subjects";
    const sent = network({ ...answers, [`POST ${path}`]: undefined, [`DELETE ${path}/s1`]: undefined });
    open(routes, "/admin/federation");
    await userEvent.click(await screen.findByRole("button", { name: "Bind subject" }));
    await userEvent.type(await screen.findByLabelText("Subject"), "repo:lab/other");
    await userEvent.type(screen.getByLabelText("Account"), "service-lab-ci");
    await userEvent.click(screen.getAllByRole("button", { name: "Bind subject" }).at(-1) as HTMLElement);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await userEvent.click(screen.getByRole("button", { name: "Unbind" }));
    const question = await screen.findByRole("dialog", { name: "Unbind repo:lab/train?" });
    await userEvent.click(within(question).getByRole("button", { name: "Unbind" }));
    await waitFor(() => expect(sent.some(({ call }) => call === `DELETE ${path}/s1`)).toBe(true));
    const body = { subject: "repo:lab/other", username: "service-lab-ci" };
    expect(sent.find(({ call }) => call === `POST ${path}`)?.body).toEqual(body);
  });
});
